using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>What is made of the four random words of a counter before they are stored.</summary>
interface IWordMap
{
    void Map<TLanes>(ref TLanes w0, ref TLanes w1, ref TLanes w2, ref TLanes w3) where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>Philox 4x32-10 over a range of elements of one sample; the counter is (element / 4, sample, step, purpose).</summary>
readonly unsafe struct PhiloxWords
{
    const int Rounds = 10;
    const uint Multiplier0 = 0xd251_1f53;
    const uint Multiplier1 = 0xcd9e_8d57;
    const uint Weyl0 = 0x9e37_79b9;
    const uint Weyl1 = 0xbb67_ae85;

    readonly uint _key0;
    readonly uint _key1;
    readonly uint _step;
    readonly uint _purpose;

    public PhiloxWords(ulong key, uint step, uint purpose)
    {
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        _step = step;
        _purpose = purpose;
    }

    /// <summary>Words of <paramref name="count"/> elements from <paramref name="first"/> on, mapped.</summary>
    public void Fill<TMap>(uint* destination, uint sample, uint first, int count, TMap map) where TMap : struct, IWordMap
    {
        if (Simd.HasAvx512)
            Fill<U32x16, TMap>(destination, sample, first, count, map);
        else if (Simd.HasAvx2)
            Fill<U32x8, TMap>(destination, sample, first, count, map);
        else
            Fill<U32x1, TMap>(destination, sample, first, count, map);
    }

    /// <summary>The same with a given number of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill<TLanes, TMap>(uint* destination, uint sample, uint first, int count, TMap map)
        where TLanes : unmanaged, ILanes<TLanes>
        where TMap : struct, IWordMap
    {
        uint* block = stackalloc uint[4 * 16];
        uint counter = first / 4;
        int skip = (int)(first % 4);
        if (skip != 0 && count > 0)
        {
            int part = Math.Min(4 - skip, count);
            Block<U32x1, TMap>(block, counter++, sample, map);
            for (int i = 0; i < part; i++)
                destination[i] = block[skip + i];
            destination += part;
            count -= part;
        }
        for (; count >= 4 * TLanes.Count; count -= 4 * TLanes.Count)
        {
            Block<TLanes, TMap>(destination, counter, sample, map);
            counter += (uint)TLanes.Count;
            destination += 4 * TLanes.Count;
        }
        // A short end costs one vector block, not many scalar ones.
        if (count > 0)
        {
            Block<TLanes, TMap>(block, counter, sample, map);
            for (int i = 0; i < count; i++)
                destination[i] = block[i];
        }
    }

    /// <summary>The four words of one counter.</summary>
    public void Counter(uint* destination, uint counter, uint sample) => Block<U32x1, RawWords>(destination, counter, sample, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Block<TLanes, TMap>(uint* destination, uint counter, uint sample, TMap map)
        where TLanes : unmanaged, ILanes<TLanes>
        where TMap : struct, IWordMap
    {
        var w0 = TLanes.Create(counter) + TLanes.CounterOffsets;
        var w1 = TLanes.Create(sample);
        var w2 = TLanes.Create(_step);
        var w3 = TLanes.Create(_purpose);
        uint key0 = _key0;
        uint key1 = _key1;
        for (int round = 0; round < Rounds; round++)
        {
            var lower0 = TLanes.Multiply(w0, Multiplier0, out var upper0);
            var lower1 = TLanes.Multiply(w2, Multiplier1, out var upper1);
            w0 = upper1 ^ w1 ^ TLanes.Create(key0);
            w1 = lower1;
            w2 = upper0 ^ w3 ^ TLanes.Create(key1);
            w3 = lower0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        map.Map(ref w0, ref w1, ref w2, ref w3);
        TLanes.StoreInterleaved(w0, w1, w2, w3, destination);
    }
}

/// <summary>The words themselves.</summary>
readonly struct RawWords : IWordMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Map<TLanes>(ref TLanes w0, ref TLanes w1, ref TLanes w2, ref TLanes w3) where TLanes : unmanaged, ILanes<TLanes>
    {
    }
}

/// <summary>float: (word &gt;&gt; 8) · 2^−24, exact.</summary>
readonly struct UniformWords : IWordMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Map<TLanes>(ref TLanes w0, ref TLanes w1, ref TLanes w2, ref TLanes w3) where TLanes : unmanaged, ILanes<TLanes>
    {
        w0 = Uniform(w0);
        w1 = Uniform(w1);
        w2 = Uniform(w2);
        w3 = Uniform(w3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes Uniform<TLanes>(TLanes word) where TLanes : unmanaged, ILanes<TLanes>
        => TLanes.Times(TLanes.ToFloat(word >>> 8), TLanes.Create(1f / (1 << 24)));
}

/// <summary>float: one value where word &lt; threshold, another elsewhere.</summary>
readonly struct ThresholdWords(uint threshold, float below, float above) : IWordMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Map<TLanes>(ref TLanes w0, ref TLanes w1, ref TLanes w2, ref TLanes w3) where TLanes : unmanaged, ILanes<TLanes>
    {
        var limit = TLanes.Create(threshold);
        var whenBelow = TLanes.Create(below);
        var whenAbove = TLanes.Create(above);
        w0 = TLanes.Select(TLanes.Less(w0, limit), whenBelow, whenAbove);
        w1 = TLanes.Select(TLanes.Less(w1, limit), whenBelow, whenAbove);
        w2 = TLanes.Select(TLanes.Less(w2, limit), whenBelow, whenAbove);
        w3 = TLanes.Select(TLanes.Less(w3, limit), whenBelow, whenAbove);
    }
}
