using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>Loads and stores of one vector where the memory is strided, short, or made of condition bytes.</summary>
static unsafe class Lanes
{
    /// <summary>The first <paramref name="count"/> lanes from elements <paramref name="step"/> apart; 0 repeats one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* source, long step, int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step == 1)
            return count >= V.Count ? V.Load(source) : V.LoadPartial(source, count);
        return step == 0 ? V.Create(*source) : Gather<V, T>(source, step, count);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes, which may be all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* destination, int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count >= V.Count)
            V.Store(value, destination);
        else
            V.StorePartial(value, destination, count);
    }

    /// <summary>The mask of non-zero bytes among the first <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadMask<V, T>(byte* source, long step, int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step == 1 && count >= V.Count && V.Count == 16)
            return V.FromMaskBits(~Vector128.ExtractMostSignificantBits(Vector128.Equals(Vector128.Load(source), Vector128<byte>.Zero)));
        uint bits = 0;
        for (int i = 0; i < Math.Min(count, V.Count); i++)
            bits |= source[i * step] != 0 ? 1u << i : 0;
        return V.FromMaskBits(bits);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes of a mask as bytes 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask<V, T>(V mask, byte* destination, int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        uint bits = V.MaskBits(mask);
        int i = 0;
        if (Bmi2.X64.IsSupported)
        {
            for (; i + 8 <= Math.Min(count, V.Count); i += 8)
                *(ulong*)(destination + i) = Bmi2.X64.ParallelBitDeposit(bits >> i, 0x0101_0101_0101_0101);
        }
        for (; i < Math.Min(count, V.Count); i++)
            destination[i] = (byte)((bits >> i) & 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static V Gather<V, T>(T* source, long step, int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[V.Count];
        for (int i = 0; i < V.Count; i++)
            lanes[i] = i < count ? source[i * step] : T.Zero;
        return V.Load(lanes);
    }
}
