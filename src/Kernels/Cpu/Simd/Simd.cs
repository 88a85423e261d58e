using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>Chooses the vector width of this machine and runs kernels with it.</summary>
public static class Simd
{
    /// <summary>The instruction set in use: "avx512", "avx2" or "vector128".</summary>
    public static string Level => HasAvx512 ? "avx512" : HasAvx2 ? "avx2" : "vector128";

    internal static bool HasAvx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported && Avx512DQ.IsSupported;
    }

    internal static bool HasAvx2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx2.IsSupported && Fma.IsSupported;
    }

    /// <summary>Lanes of the widest vector of <typeparamref name="T"/> on this machine.</summary>
    public static int Lanes<T>() where T : unmanaged
        => (HasAvx512 ? 64 : HasAvx2 ? 32 : 16) / Unsafe.SizeOf<T>();

    /// <summary>Runs <paramref name="kernel"/> on one range with the widest vector of this machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T, TKernel>(ref TKernel kernel, int begin, int end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, ISimdKernel
    {
        if (typeof(T) == typeof(float))
        {
            if (HasAvx512)
                kernel.Run<F32x16, float>(begin, end);
            else if (HasAvx2)
                kernel.Run<F32x8, float>(begin, end);
            else
                kernel.Run<F32x4, float>(begin, end);
        }
        else if (typeof(T) == typeof(double))
        {
            if (HasAvx512)
                kernel.Run<F64x8, double>(begin, end);
            else if (HasAvx2)
                kernel.Run<F64x4, double>(begin, end);
            else
                kernel.Run<F64x2, double>(begin, end);
        }
        else
        {
            throw new NotSupportedException($"CPU kernels compute in float or double; got {typeof(T)}.");
        }
    }

    /// <summary>
    /// Runs <paramref name="kernel"/> over 0..<paramref name="count"/> in chunks of <paramref name="grain"/> items. The chunks
    /// depend on these two numbers alone, never on the number of threads.
    /// </summary>
    public static void For<T, TKernel>(WorkerPool pool, int count, int grain, TKernel kernel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, ISimdKernel
    {
        if (count <= 0)
            return;
        int chunks = (int)(((long)count + grain - 1) / grain);
        if (chunks == 1)
            Run<T, TKernel>(ref kernel, 0, count);
        else
            pool.For(chunks, new Chunks<T, TKernel>(kernel, count, grain));
    }

    struct Chunks<T, TKernel>(TKernel kernel, int count, int grain) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, ISimdKernel
    {
        TKernel _kernel = kernel;

        public void Run(int chunk)
        {
            int begin = chunk * grain;
            Simd.Run<T, TKernel>(ref _kernel, begin, (int)Math.Min((long)begin + grain, count));
        }
    }
}
