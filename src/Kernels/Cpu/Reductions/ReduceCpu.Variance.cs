using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class ReduceCpu
{
    /// <summary>Mean and variance in two passes: variance = Σ (x − mean)² / (n − correction).</summary>
    /// <param name="mean">(Outer, Inner), as <paramref name="variance"/> is.</param>
    /// <param name="correction">1 for the unbiased estimate, 0 for the plain one. NaN or ∞ where n − correction is 0.</param>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void Variance<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> mean, Span<T> variance, ReduceShape shape, int correction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, variance.Length);
        Mean(pool, x, mean, shape);
        fixed (T* px = x, pm = mean, pv = variance)
            Simd.For<T, VarianceKernel>(pool, variance.Length, shape.OutputsPerChunk(), new(px, pm, pv, shape, correction));
    }

    /// <summary>dx = dVariance · 2 (x − mean) / (n − correction).</summary>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void VarianceBackward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> dVariance, Span<T> dx,
        ReduceShape shape, int correction) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, mean.Length);
        shape.Check(dx.Length, dVariance.Length);
        fixed (T* px = x, pm = mean, pdv = dVariance, pdx = dx)
        {
            double scale = 2.0 / (shape.Reduced - correction);
            Simd.For<T, VarianceBackwardKernel>(pool, mean.Length, shape.OutputsPerChunk(), new(px, pm, pdv, pdx, shape, scale));
        }
    }

    readonly struct VarianceKernel(void* x, void* mean, void* variance, ReduceShape shape, int correction) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T divisor = T.CreateTruncating(shape.Reduced - correction);
            for (int i = begin; i < end;)
            {
                int column = i % shape.Inner;
                T* first = (T*)x + ((long)(i / shape.Inner) * shape.Reduced * shape.Inner) + column;
                if (shape.Inner == 1)
                {
                    ((T*)variance)[i] = RowMath.SumOfSquares<V, T>(first, shape.Reduced, ((T*)mean)[i]) / divisor;
                    i++;
                    continue;
                }
                int count = Math.Min(Math.Min(V.Count, shape.Inner - column), end - i);
                V m = Lanes.Load<V, T>((T*)mean + i, 1, count);
                V total = V.Zero;
                for (int r = 0; r < shape.Reduced;)
                {
                    // Two levels, so that the error does not grow with the number of rows.
                    V block = V.Zero;
                    for (int last = Math.Min(shape.Reduced, r + 64); r < last; r++)
                    {
                        V d = Lanes.Load<V, T>(first + ((long)r * shape.Inner), 1, count) - m;
                        block = V.Fma(d, d, block);
                    }
                    total += block;
                }
                Lanes.Store<V, T>(total / V.Create(divisor), (T*)variance + i, count);
                i += count;
            }
        }
    }

    readonly struct VarianceBackwardKernel(void* x, void* mean, void* dVariance, void* dx, ReduceShape shape, double scale) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int i = begin; i < end;)
            {
                int column = i % shape.Inner;
                long first = ((long)(i / shape.Inner) * shape.Reduced * shape.Inner) + column;
                bool isRow = shape.Inner == 1;
                int count = isRow ? 1 : Math.Min(Math.Min(V.Count, shape.Inner - column), end - i);
                V m = Lanes.Load<V, T>((T*)mean + i, isRow ? 0 : 1, count);
                V slope = Lanes.Load<V, T>((T*)dVariance + i, isRow ? 0 : 1, count) * V.Create(T.CreateTruncating(scale));
                for (int r = 0; r < shape.Reduced; r += isRow ? V.Count : 1)
                {
                    int lanes = isRow ? shape.Reduced - r : count;
                    long at = first + ((long)r * shape.Inner);
                    Lanes.Store<V, T>((Lanes.Load<V, T>((T*)x + at, 1, lanes) - m) * slope, (T*)dx + at, lanes);
                }
                i += count;
            }
        }
    }
}
