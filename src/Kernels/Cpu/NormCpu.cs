using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>Sums of squares for gradient clipping, and scaling in place.</summary>
/// <remarks>
/// Squares are summed in double in an order that depends on the lengths alone, so the bits are the same on every
/// machine; a float cannot overflow the sum. NaN and infinity come through.
/// </remarks>
public static unsafe class NormCpu
{
    const int Grain = 32768;

    /// <summary>Σ x².</summary>
    public static double SumOfSquares<T>(WorkerPool pool, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* source = x)
        {
            var slice = new ParameterSlice { Gradient = source, Length = x.Length };
            return SumOfSquares<T>(pool, new ReadOnlySpan<ParameterSlice>(in slice));
        }
    }

    /// <summary>Σ g² over the gradients of all parameters: the square of their joint norm.</summary>
    public static double SumOfSquares<T>(WorkerPool pool, ReadOnlySpan<ParameterSlice> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double* partials = stackalloc double[ParameterSweep.MaxChunks];
        new Span<double>(partials, ParameterSweep.MaxChunks).Clear();
        int chunks = ParameterSweep.Run(pool, parameters, new SquareKernel<T>(partials));
        double sum = 0;
        for (int i = 0; i < chunks; i++)
            sum += partials[i];
        return sum;
    }

    /// <summary>x ← factor · x.</summary>
    public static void Scale<T>(WorkerPool pool, Span<T> x, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* data = x)
            Simd.For<T, ScaleKernel>(pool, x.Length, Grain, new ScaleKernel(data, factor));
    }

    /// <summary>g ← factor · g for the gradients of all parameters.</summary>
    public static void ScaleGradients<T>(WorkerPool pool, ReadOnlySpan<ParameterSlice> parameters, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ParameterSweep.Run(pool, parameters, new ScaleSlice<T>(factor));

    /// <summary>Σ x² over one range, in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double SumOfSquares<T>(T* x, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum0 = Vector256<double>.Zero;
        var sum1 = Vector256<double>.Zero;
        var sum2 = Vector256<double>.Zero;
        var sum3 = Vector256<double>.Zero;
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector256<double> a, b, c, d;
            if (typeof(T) == typeof(float))
            {
                (a, b) = Vector256.Widen(Vector256.Load((float*)x + i));
                (c, d) = Vector256.Widen(Vector256.Load((float*)x + i + 8));
            }
            else
            {
                a = Vector256.Load((double*)x + i);
                b = Vector256.Load((double*)x + i + 4);
                c = Vector256.Load((double*)x + i + 8);
                d = Vector256.Load((double*)x + i + 12);
            }
            sum0 += a * a;
            sum1 += b * b;
            sum2 += c * c;
            sum3 += d * d;
        }
        sum0 = (sum0 + sum1) + (sum2 + sum3);
        double sum = (sum0[0] + sum0[1]) + (sum0[2] + sum0[3]);
        for (; i < count; i++)
        {
            double value = double.CreateTruncating(x[i]);
            sum += value * value;
        }
        return sum;
    }

    readonly struct SquareKernel<T>(double* partials) : IParameterKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(in ParameterSlice slice, int begin, int end, int chunk)
            => partials[chunk] += SumOfSquares((T*)slice.Gradient + begin, end - begin);
    }

    readonly struct ScaleSlice<T>(double factor) : IParameterKernel where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(in ParameterSlice slice, int begin, int end, int chunk)
        {
            var kernel = new ScaleKernel(slice.Gradient, factor);
            Simd.Run<T, ScaleKernel>(ref kernel, begin, end);
        }
    }

    readonly struct ScaleKernel(void* data, double factor) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* x = (T*)data;
            T scale = T.CreateTruncating(factor);
            var scales = TVector.Create(scale);
            int i = begin;
            for (; i <= end - TVector.Count; i += TVector.Count)
                TVector.Store(TVector.Load(x + i) * scales, x + i);
            for (; i < end; i++)
                x[i] *= scale;
        }
    }
}
