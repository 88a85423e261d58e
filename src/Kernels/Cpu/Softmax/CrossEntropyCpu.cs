using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Cross-entropy of logits (rows, classes) with class numbers, softmax included. With label smoothing ε the target is
/// 1 − ε on the class and ε spread evenly over all (Szegedy et al., 2016, section 7).
/// </summary>
/// <remarks>A row whose target is the ignored number has loss 0 and gradient 0.</remarks>
public static unsafe class CrossEntropyCpu
{
    /// <summary>A number that no class has: nothing is ignored.</summary>
    public const long IgnoreNone = long.MinValue;

    /// <summary>Loss of each row, log Σ e^x − (1 − ε) x[target] − ε mean(x).</summary>
    /// <param name="losses">One for each row.</param>
    /// <param name="logSumExp">One for each row, for the backward pass.</param>
    /// <exception cref="ArgumentException">A length does not match, or a target is no class.</exception>
    public static void Forward<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> logits, ReadOnlySpan<TIndex> targets, Span<T> losses,
        Span<T> logSumExp, int classes, double labelSmoothing = 0, long ignored = IgnoreNone)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        int rows = targets.Length;
        RowGrain.Check(rows, classes, logits.Length, logits.Length);
        RowGrain.Check(rows, 1, losses.Length, logSumExp.Length);
        Check(targets, classes, ignored);
        fixed (T* px = logits, pl = losses, ps = logSumExp)
        fixed (TIndex* pt = targets)
        {
            Simd.For<T, ForwardKernel<TIndex>>(pool, rows, RowGrain.Of(rows, classes),
                new(px, pt, pl, ps, classes, labelSmoothing, ignored));
        }
    }

    /// <summary>How many targets are not the ignored number.</summary>
    public static int Counted<TIndex>(ReadOnlySpan<TIndex> targets, long ignored) where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        int count = 0;
        foreach (TIndex target in targets)
            count += long.CreateChecked(target) == ignored ? 0 : 1;
        return count;
    }

    /// <summary>dx = scale · dLoss · (softmax(x) − target distribution).</summary>
    /// <param name="dLosses">One for each row, or a single one for all (a mean: scale is then 1 / counted rows).</param>
    /// <exception cref="ArgumentException">A length does not match, or a target is no class.</exception>
    public static void Backward<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> logits, ReadOnlySpan<T> logSumExp, ReadOnlySpan<TIndex> targets,
        ReadOnlySpan<T> dLosses, Span<T> dLogits, int classes, double scale = 1, double labelSmoothing = 0, long ignored = IgnoreNone)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        int rows = targets.Length;
        RowGrain.Check(rows, classes, logits.Length, dLogits.Length);
        RowGrain.Check(rows, 1, logSumExp.Length, dLosses.Length == 1 ? rows : dLosses.Length);
        Check(targets, classes, ignored);
        fixed (T* px = logits, ps = logSumExp, pdl = dLosses, pdx = dLogits)
        fixed (TIndex* pt = targets)
        {
            Simd.For<T, BackwardKernel<TIndex>>(pool, rows, RowGrain.Of(rows, classes),
                new(px, ps, pt, pdl, dLosses.Length == 1 ? 0 : 1, pdx, classes, scale, labelSmoothing, ignored));
        }
    }

    static void Check<TIndex>(ReadOnlySpan<TIndex> targets, int classes, long ignored) where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        for (int row = 0; row < targets.Length; row++)
        {
            long target = long.CreateChecked(targets[row]);
            if (target != ignored && (target < 0 || target >= classes))
                throw new ArgumentException($"cross-entropy: targets must be classes 0 to {classes - 1}; row {row} has {target}.");
        }
    }

    readonly struct ForwardKernel<TIndex>(void* logits, TIndex* targets, void* losses, void* logSumExp, int classes,
        double labelSmoothing, long ignored) : ISimdKernel
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* x = (T*)logits + ((long)row * classes);
                long target = long.CreateTruncating(targets[row]);
                T largest = RowMath.Max<V, T>(x, classes);
                T shift = T.IsInfinity(largest) ? T.Zero : largest;
                T log = T.Log(RowMath.SumOfExp<V, T>(x, classes, shift));
                ((T*)logSumExp)[row] = shift + log;
                if (target == ignored)
                {
                    ((T*)losses)[row] = T.Zero;
                    continue;
                }
                // From the differences to the largest, which are small where the loss is.
                T loss = log + (shift - x[target]);
                if (labelSmoothing != 0)
                {
                    T smoothing = T.CreateTruncating(labelSmoothing);
                    T mean = RowMath.Sum<V, T>(x, classes) / T.CreateTruncating(classes);
                    loss += smoothing * (x[target] - mean);
                }
                ((T*)losses)[row] = loss;
            }
        }
    }

    readonly struct BackwardKernel<TIndex>(void* logits, void* logSumExp, TIndex* targets, void* dLosses, int dLossStep, void* dLogits,
        int classes, double scale, double labelSmoothing, long ignored) : ISimdKernel
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* x = (T*)logits + ((long)row * classes);
                T* dx = (T*)dLogits + ((long)row * classes);
                long target = long.CreateTruncating(targets[row]);
                if (target == ignored)
                {
                    new Span<T>(dx, classes).Clear();
                    continue;
                }
                T slope = ((T*)dLosses)[(long)row * dLossStep] * T.CreateTruncating(scale);
                V shift = V.Create(((T*)logSumExp)[row]);
                V factor = V.Create(slope);
                V uniform = V.Create(T.CreateTruncating(labelSmoothing / classes));
                for (int i = 0; i < classes; i += V.Count)
                {
                    V p = VectorMath.Exp<V, T>(Lanes.Load<V, T>(x + i, 1, classes - i) - shift);
                    Lanes.Store<V, T>(factor * (p - uniform), dx + i, classes - i);
                }
                dx[target] -= slope * T.CreateTruncating(1 - labelSmoothing);
            }
        }
    }
}
