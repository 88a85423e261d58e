using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Softmax and log-softmax of each row of a contiguous (rows, width) array, and their gradients.</summary>
/// <remarks>
/// A row of −∞ alone has no defined softmax: it gives zeros here (the fully masked query attends to nothing), and log-softmax gives
/// −∞. A NaN or +∞ makes the whole row NaN. Outputs may be the same span as an input.
/// </remarks>
public static unsafe class SoftmaxCpu
{
    /// <summary>y = e^x / Σ e^x.</summary>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void Softmax<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, x.Length, y.Length);
        fixed (T* px = x, py = y)
            Simd.For<T, SoftmaxKernel>(pool, rows, RowGrain.Of(rows, width), new(px, py, width));
    }

    /// <summary>dx = y (dy − Σ y dy).</summary>
    /// <param name="y">What <see cref="Softmax"/> gave.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void SoftmaxBackward<T>(WorkerPool pool, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, y.Length, dy.Length);
        RowGrain.Check(rows, width, y.Length, dx.Length);
        fixed (T* py = y, pdy = dy, pdx = dx)
            Simd.For<T, SoftmaxBackwardKernel>(pool, rows, RowGrain.Of(rows, width), new(py, pdy, pdx, width));
    }

    /// <summary>y = x − log Σ e^x.</summary>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void LogSoftmax<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, x.Length, y.Length);
        fixed (T* px = x, py = y)
            Simd.For<T, LogSoftmaxKernel>(pool, rows, RowGrain.Of(rows, width), new(px, py, width));
    }

    /// <summary>dx = dy − e^y Σ dy.</summary>
    /// <param name="y">What <see cref="LogSoftmax"/> gave.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void LogSoftmaxBackward<T>(WorkerPool pool, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, y.Length, dy.Length);
        RowGrain.Check(rows, width, y.Length, dx.Length);
        fixed (T* py = y, pdy = dy, pdx = dx)
            Simd.For<T, LogSoftmaxBackwardKernel>(pool, rows, RowGrain.Of(rows, width), new(py, pdy, pdx, width));
    }

    readonly struct SoftmaxKernel(void* x, void* y, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* px = (T*)x + ((long)row * width);
                T* py = (T*)y + ((long)row * width);
                T largest = RowMath.Max<V, T>(px, width);
                if (largest == T.NegativeInfinity && !T.IsNaN(RowMath.Sum<V, T>(px, width)))
                {
                    new Span<T>(py, width).Clear();
                    continue;
                }
                V shift = V.Create(largest);
                V total = V.Zero;
                int i = 0;
                for (; i <= width - V.Count; i += V.Count)
                {
                    V e = VectorMath.Exp<V, T>(V.Load(px + i) - shift);
                    V.Store(e, py + i);
                    total += e;
                }
                int rest = width - i;
                V tail = V.Zero;
                if (rest > 0)
                {
                    tail = VectorMath.Exp<V, T>(V.LoadPartial(px + i, rest) - shift);
                    total += V.Select(RowMath.First<V, T>(rest), tail, V.Zero);
                }
                V scale = V.Create(T.One / V.Sum(total));
                for (i = 0; i <= width - V.Count; i += V.Count)
                    V.Store(V.Load(py + i) * scale, py + i);
                if (rest > 0)
                    V.StorePartial(tail * scale, py + i, rest);
            }
        }
    }

    readonly struct SoftmaxBackwardKernel(void* y, void* dy, void* dx, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* py = (T*)y + ((long)row * width);
                T* pdy = (T*)dy + ((long)row * width);
                T* pdx = (T*)dx + ((long)row * width);
                // Where one y is nearly 1, its dy and the sum agree in most digits, and the gradient is what the rounding of y leaves.
                // The sum taken again, of what is left, makes good for it.
                T mean = RowMath.Dot<V, T>(py, pdy, width, T.Zero);
                V m = V.Create(mean);
                V residual = V.Create(RowMath.Dot<V, T>(py, pdy, width, mean));
                int i = 0;
                for (; i <= width - V.Count; i += V.Count)
                    V.Store(V.Load(py + i) * (V.Load(pdy + i) - m - residual), pdx + i);
                int rest = width - i;
                if (rest > 0)
                    V.StorePartial(V.LoadPartial(py + i, rest) * (V.LoadPartial(pdy + i, rest) - m - residual), pdx + i, rest);
            }
        }
    }

    readonly struct LogSoftmaxKernel(void* x, void* y, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* px = (T*)x + ((long)row * width);
                T* py = (T*)y + ((long)row * width);
                T largest = RowMath.Max<V, T>(px, width);
                T shift = largest == T.NegativeInfinity ? T.Zero : largest;
                T sum = RowMath.SumOfExp<V, T>(px, width, shift);
                // Subtracted one after the other: the largest is exact, the logarithm may be small beside it.
                V first = V.Create(shift);
                V second = V.Create(sum == T.Zero ? T.Zero : T.Log(sum));
                for (int i = 0; i < width; i += V.Count)
                    Lanes.Store<V, T>(Lanes.Load<V, T>(px + i, 1, width - i) - first - second, py + i, width - i);
            }
        }
    }

    readonly struct LogSoftmaxBackwardKernel(void* y, void* dy, void* dx, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* py = (T*)y + ((long)row * width);
                T* pdy = (T*)dy + ((long)row * width);
                T* pdx = (T*)dx + ((long)row * width);
                V sum = V.Create(RowMath.Sum<V, T>(pdy, width));
                for (int i = 0; i < width; i += V.Count)
                {
                    V p = VectorMath.Exp<V, T>(Lanes.Load<V, T>(py + i, 1, width - i));
                    Lanes.Store<V, T>(V.FmaNegated(p, sum, Lanes.Load<V, T>(pdy + i, 1, width - i)), pdx + i, width - i);
                }
            }
        }
    }
}
