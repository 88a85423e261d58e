using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>What distinguishes the normalisations of a row.</summary>
interface IRowNormKind
{
    /// <summary>Whether the mean is subtracted.</summary>
    static abstract bool IsCentred { get; }
}

/// <summary>Layer norm and RMS norm, which differ in whether the mean is subtracted.</summary>
static unsafe class RowNorm<TKind> where TKind : struct, IRowNormKind
{
    // Rows whose gradients of weight and bias are summed before they go into the next level.
    const int Block = 64;

    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y,
        Span<T> mean, Span<T> rstd, int rows, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, x.Length, y.Length);
        RowGrain.Check(rows, 1, rstd.Length, TKind.IsCentred ? mean.Length : rows);
        RowGrain.Check(1, width, weight.IsEmpty ? width : weight.Length, bias.IsEmpty ? width : bias.Length);
        fixed (T* px = x, pw = weight, pb = bias, py = y, pm = mean, pr = rstd)
            Simd.For<T, ForwardKernel>(pool, rows, RowGrain.Of(rows, width), new(px, pw, pb, py, pm, pr, width, epsilon));
    }

    public static int WorkspaceLength(int rows, int width) => Chunks(rows, width) * 4 * width;

    static int BackwardGrain(int rows, int width) => Math.Max(Math.Max(1, 16384 / Math.Max(1, width)), (rows + 15) / 16);

    static int Chunks(int rows, int width) => (rows + BackwardGrain(rows, width) - 1) / BackwardGrain(rows, width);

    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd,
        ReadOnlySpan<T> dy, Span<T> dx, Span<T> dWeight, Span<T> dBias, Span<T> workspace, int rows, int width, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowGrain.Check(rows, width, x.Length, dy.Length);
        RowGrain.Check(rows, width, x.Length, dx.Length);
        RowGrain.Check(rows, 1, rstd.Length, TKind.IsCentred ? mean.Length : rows);
        RowGrain.Check(1, width, weight.IsEmpty ? width : weight.Length, dWeight.IsEmpty ? width : dWeight.Length);
        RowGrain.Check(1, width, width, dBias.IsEmpty ? width : dBias.Length);
        if (workspace.Length < WorkspaceLength(rows, width))
            throw new ArgumentException($"norm: the workspace needs {WorkspaceLength(rows, width)} elements; it has {workspace.Length}.");
        int grain = BackwardGrain(rows, width);
        bool isWeighted = !dWeight.IsEmpty || !dBias.IsEmpty;
        fixed (T* px = x, pw = weight, pm = mean, pr = rstd, pdy = dy, pdx = dx, ps = workspace)
            Simd.For<T, BackwardKernel>(pool, rows, grain, new(px, pw, pm, pr, pdy, pdx, isWeighted ? ps : null, width, grain));
        Combine(workspace, dWeight, 0, rows, width, accumulate);
        Combine(workspace, dBias, width, rows, width, accumulate);
    }

    // The chunks' sums in their order.
    static void Combine<T>(Span<T> workspace, Span<T> gradient, int offset, int rows, int width, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (gradient.IsEmpty)
            return;
        if (!accumulate)
            gradient.Clear();
        for (int chunk = 0; chunk < Chunks(rows, width); chunk++)
        {
            ReadOnlySpan<T> part = workspace.Slice((chunk * 4 * width) + offset, width);
            for (int c = 0; c < width; c++)
                gradient[c] += part[c];
        }
    }

    readonly struct ForwardKernel(void* x, void* weight, void* bias, void* y, void* mean, void* rstd, int width, double epsilon) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* pw = (T*)weight;
            T* pb = (T*)bias;
            for (int row = begin; row < end; row++)
            {
                T* px = (T*)x + ((long)row * width);
                T* py = (T*)y + ((long)row * width);
                T center = T.Zero, residual = T.Zero, variance;
                if (TKind.IsCentred)
                    RowMath.Moments<V, T>(px, width, out center, out residual, out variance);
                else
                    variance = RowMath.Dot<V, T>(px, px, width, T.Zero) / T.CreateTruncating(width);
                T r = T.One / T.Sqrt(variance + T.CreateTruncating(epsilon));
                ((T*)rstd)[row] = r;
                if (TKind.IsCentred)
                    ((T*)mean)[row] = center + residual;
                V m = V.Create(center);
                V s = V.Create(r);
                // What rounding took from the mean is given back after the scaling.
                V shift = V.Create(-residual * r);
                int i = 0;
                if (pw != null && pb != null)
                {
                    for (; i <= width - V.Count; i += V.Count)
                        V.Store(V.Fma(V.Fma(V.Load(px + i) - m, s, shift), V.Load(pw + i), V.Load(pb + i)), py + i);
                }
                for (; i < width; i += V.Count)
                {
                    int rest = width - i;
                    V v = V.Fma(Lanes.Load<V, T>(px + i, 1, rest) - m, s, shift);
                    if (pw != null)
                        v *= Lanes.Load<V, T>(pw + i, 1, rest);
                    if (pb != null)
                        v += Lanes.Load<V, T>(pb + i, 1, rest);
                    Lanes.Store<V, T>(v, py + i, rest);
                }
            }
        }
    }

    readonly struct BackwardKernel(void* x, void* weight, void* mean, void* rstd, void* dy, void* dx, void* sums, int width,
        int grain) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            // Of this chunk: dWeight, dBias, and the same of the current block of rows.
            T* total = (T*)sums + ((long)(begin / grain) * 4 * width);
            T* block = total + (2L * width);
            if (sums != null)
                new Span<T>(total, 4 * width).Clear();
            for (int row = begin; row < end; row++)
            {
                InputGradient<V, T>(row);
                if (sums == null)
                    continue;
                WeightGradient<V, T>(row, block);
                if ((row - begin) % Block != Block - 1 && row != end - 1)
                    continue;
                for (int i = 0; i < 2 * width; i += V.Count)
                {
                    int rest = (2 * width) - i;
                    Lanes.Store<V, T>(Lanes.Load<V, T>(total + i, 1, rest) + Lanes.Load<V, T>(block + i, 1, rest), total + i, rest);
                    Lanes.Store<V, T>(V.Zero, block + i, rest);
                }
            }
        }

        // dx = rstd (g − mean(g) − x̂ mean(g x̂)) with g = dy · weight; without centring mean(g) is left out.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void InputGradient<V, T>(int row)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* px = (T*)x + ((long)row * width);
            T* pdy = (T*)dy + ((long)row * width);
            T* pdx = (T*)dx + ((long)row * width);
            T* pw = (T*)weight;
            V m = TKind.IsCentred ? V.Create(((T*)mean)[row]) : V.Zero;
            V r = V.Create(((T*)rstd)[row]);
            V sum = V.Zero, dot = V.Zero;
            for (int i = 0; i < width; i += V.Count)
            {
                int rest = width - i;
                V g = Lanes.Load<V, T>(pdy + i, 1, rest); // zero beyond the row, so x̂ need not be
                if (pw != null)
                    g *= Lanes.Load<V, T>(pw + i, 1, rest);
                sum += g;
                dot = V.Fma(g, (Lanes.Load<V, T>(px + i, 1, rest) - m) * r, dot);
            }
            T count = T.CreateTruncating(width);
            V meanG = TKind.IsCentred ? V.Create(V.Sum(sum) / count) : V.Zero;
            V meanDot = V.Create(V.Sum(dot) / count);
            for (int i = 0; i < width; i += V.Count)
            {
                int rest = width - i;
                V g = Lanes.Load<V, T>(pdy + i, 1, rest);
                if (pw != null)
                    g *= Lanes.Load<V, T>(pw + i, 1, rest);
                V normal = (Lanes.Load<V, T>(px + i, 1, rest) - m) * r;
                Lanes.Store<V, T>(r * V.FmaNegated(normal, meanDot, g - meanG), pdx + i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void WeightGradient<V, T>(int row, T* block)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* px = (T*)x + ((long)row * width);
            T* pdy = (T*)dy + ((long)row * width);
            V m = TKind.IsCentred ? V.Create(((T*)mean)[row]) : V.Zero;
            V r = V.Create(((T*)rstd)[row]);
            for (int i = 0; i < width; i += V.Count)
            {
                int rest = width - i;
                V g = Lanes.Load<V, T>(pdy + i, 1, rest);
                V normal = (Lanes.Load<V, T>(px + i, 1, rest) - m) * r;
                Lanes.Store<V, T>(V.Fma(g, normal, Lanes.Load<V, T>(block + i, 1, rest)), block + i, rest);
                if (TKind.IsCentred)
                    Lanes.Store<V, T>(g + Lanes.Load<V, T>(block + width + i, 1, rest), block + width + i, rest);
            }
        }
    }
}
