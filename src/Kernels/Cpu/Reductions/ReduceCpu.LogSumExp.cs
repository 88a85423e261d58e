using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class ReduceCpu
{
    /// <summary>y = log Σ e^x, by way of the largest x; −∞ for nothing or for −∞ alone.</summary>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void LogSumExp<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, ReduceShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, y.Length);
        fixed (T* px = x, py = y)
            Simd.For<T, LogSumExpKernel>(pool, y.Length, shape.OutputsPerChunk(), new(px, py, shape));
    }

    /// <summary>dx = dy · e^(x − y); 0 where y is −∞.</summary>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void LogSumExpBackward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx,
        ReduceShape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, y.Length);
        shape.Check(dx.Length, dy.Length);
        fixed (T* px = x, py = y, pdy = dy, pdx = dx)
            Simd.For<T, LogSumExpBackwardKernel>(pool, y.Length, shape.OutputsPerChunk(), new(px, py, pdy, pdx, shape));
    }

    readonly struct LogSumExpKernel(void* x, void* y, ReduceShape shape) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int i = begin; i < end;)
            {
                int column = i % shape.Inner;
                T* first = (T*)x + ((long)(i / shape.Inner) * shape.Reduced * shape.Inner) + column;
                if (shape.Inner == 1)
                {
                    T largest = RowMath.Max<V, T>(first, shape.Reduced);
                    T shift = T.IsInfinity(largest) ? T.Zero : largest;
                    ((T*)y)[i++] = shift + T.Log(RowMath.SumOfExp<V, T>(first, shape.Reduced, shift));
                    continue;
                }
                int count = Math.Min(Math.Min(V.Count, shape.Inner - column), end - i);
                V top = V.Create(T.NegativeInfinity);
                for (int r = 0; r < shape.Reduced; r++)
                    top = V.Max(top, Lanes.Load<V, T>(first + ((long)r * shape.Inner), 1, count));
                // An infinite shift would make NaN of ∞ − ∞.
                V shifts = V.Select(V.Equals(V.Abs(top), V.Create(T.PositiveInfinity)), V.Zero, top);
                V sum = V.Zero;
                for (int r = 0; r < shape.Reduced; r++)
                    sum += VectorMath.Exp<V, T>(Lanes.Load<V, T>(first + ((long)r * shape.Inner), 1, count) - shifts);
                Lanes.Store<V, T>(shifts + VectorMath.Log<V, T>(sum), (T*)y + i, count);
                i += count;
            }
        }
    }

    readonly struct LogSumExpBackwardKernel(void* x, void* y, void* dy, void* dx, ReduceShape shape) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V lowest = V.Create(T.NegativeInfinity);
            for (int i = begin; i < end;)
            {
                int column = i % shape.Inner;
                long first = ((long)(i / shape.Inner) * shape.Reduced * shape.Inner) + column;
                bool isRow = shape.Inner == 1;
                // A row is walked along, columns are walked down.
                int count = isRow ? 1 : Math.Min(Math.Min(V.Count, shape.Inner - column), end - i);
                V shift = Lanes.Load<V, T>((T*)y + i, isRow ? 0 : 1, count);
                V slope = Lanes.Load<V, T>((T*)dy + i, isRow ? 0 : 1, count);
                V isEmpty = V.Equals(shift, lowest);
                for (int r = 0; r < shape.Reduced; r += isRow ? V.Count : 1)
                {
                    int lanes = isRow ? shape.Reduced - r : count;
                    T* at = (T*)x + first + ((long)r * shape.Inner);
                    V p = VectorMath.Exp<V, T>(Lanes.Load<V, T>(at, 1, lanes) - shift);
                    Lanes.Store<V, T>(V.Select(isEmpty, V.Zero, slope * p), (T*)dx + first + ((long)r * shape.Inner), lanes);
                }
                i += count;
            }
        }
    }
}
