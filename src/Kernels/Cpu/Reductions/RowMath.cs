using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Reductions of one contiguous row, for the kernels that work row by row.</summary>
static unsafe class RowMath
{
    // Vectors that are summed lane by lane before the sum goes into the next level: errors grow with this and with the number of
    // blocks, not with the length.
    const int Block = 256;

    /// <summary>Sum of n elements in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Sum<V, T>(T* x, int n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V total = V.Zero;
        int i = 0;
        while (i <= n - (4 * V.Count))
        {
            int end = Math.Min(n, i + (Block * V.Count)) - (4 * V.Count);
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            for (; i <= end; i += 4 * V.Count)
            {
                a += V.Load(x + i);
                b += V.Load(x + i + V.Count);
                c += V.Load(x + i + (2 * V.Count));
                d += V.Load(x + i + (3 * V.Count));
            }
            total += (a + b) + (c + d);
        }
        for (; i <= n - V.Count; i += V.Count)
            total += V.Load(x + i);
        if (i < n)
            total += V.LoadPartial(x + i, n - i);
        return V.Sum(total);
    }

    /// <summary>Σ (x − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T SumOfSquares<V, T>(T* x, int n, T mean)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V m = V.Create(mean);
        V total = V.Zero;
        int i = 0;
        while (i <= n - (4 * V.Count))
        {
            int end = Math.Min(n, i + (Block * V.Count)) - (4 * V.Count);
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            for (; i <= end; i += 4 * V.Count)
            {
                V e = V.Load(x + i) - m;
                V f = V.Load(x + i + V.Count) - m;
                V g = V.Load(x + i + (2 * V.Count)) - m;
                V h = V.Load(x + i + (3 * V.Count)) - m;
                a = V.Fma(e, e, a);
                b = V.Fma(f, f, b);
                c = V.Fma(g, g, c);
                d = V.Fma(h, h, d);
            }
            total += (a + b) + (c + d);
        }
        for (; i <= n - V.Count; i += V.Count)
        {
            V e = V.Load(x + i) - m;
            total = V.Fma(e, e, total);
        }
        if (i < n)
        {
            V e = V.Select(First<V, T>(n - i), V.LoadPartial(x + i, n - i) - m, V.Zero);
            total = V.Fma(e, e, total);
        }
        return V.Sum(total);
    }

    /// <summary>Largest of n elements, −∞ if there are none; NaN may be lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Max<V, T>(T* x, int n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V lowest = V.Create(T.NegativeInfinity);
        V a = lowest, b = lowest, c = lowest, d = lowest;
        int i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            a = V.Max(a, V.Load(x + i));
            b = V.Max(b, V.Load(x + i + V.Count));
            c = V.Max(c, V.Load(x + i + (2 * V.Count)));
            d = V.Max(d, V.Load(x + i + (3 * V.Count)));
        }
        for (; i <= n - V.Count; i += V.Count)
            a = V.Max(a, V.Load(x + i));
        if (i < n)
            b = V.Max(b, V.Select(First<V, T>(n - i), V.LoadPartial(x + i, n - i), lowest));
        return V.MaxAcross(V.Max(V.Max(a, b), V.Max(c, d)));
    }

    /// <summary>Σ e^(x − shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T SumOfExp<V, T>(T* x, int n, T shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V s = V.Create(shift);
        V total = V.Zero;
        int i = 0;
        while (i <= n - V.Count)
        {
            int end = Math.Min(n, i + (Block * V.Count)) - V.Count;
            V a = V.Zero;
            for (; i <= end; i += V.Count)
                a += VectorMath.Exp<V, T>(V.Load(x + i) - s);
            total += a;
        }
        if (i < n)
            total += V.Select(First<V, T>(n - i), VectorMath.Exp<V, T>(V.LoadPartial(x + i, n - i) - s), V.Zero);
        return V.Sum(total);
    }

    /// <summary>Mean and mean squared deviation of n ≥ 1 elements, in two passes.</summary>
    /// <param name="residual">What rounding took from the mean: the exact mean is close to mean + residual.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Moments<V, T>(T* x, int n, out T mean, out T residual, out T variance)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateTruncating(n);
        mean = Sum<V, T>(x, n) / count;
        V m = V.Create(mean);
        V sum = V.Zero, squares = V.Zero;
        int i = 0;
        while (i <= n - (2 * V.Count))
        {
            int end = Math.Min(n, i + (Block * V.Count)) - (2 * V.Count);
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            for (; i <= end; i += 2 * V.Count)
            {
                V e = V.Load(x + i) - m;
                V f = V.Load(x + i + V.Count) - m;
                a += e;
                b += f;
                c = V.Fma(e, e, c);
                d = V.Fma(f, f, d);
            }
            sum += a + b;
            squares += c + d;
        }
        for (; i < n; i += V.Count)
        {
            V e = Lanes.Load<V, T>(x + i, 1, n - i) - m;
            if (n - i < V.Count)
                e = V.Select(First<V, T>(n - i), e, V.Zero);
            sum += e;
            squares = V.Fma(e, e, squares);
        }
        residual = V.Sum(sum) / count;
        variance = (V.Sum(squares) / count) - (residual * residual);
    }

    /// <summary>Σ a (b − shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<V, T>(T* a, T* b, int n, T shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V s = V.Create(shift);
        V total = V.Zero;
        int i = 0;
        while (i <= n - (2 * V.Count))
        {
            int end = Math.Min(n, i + (Block * V.Count)) - (2 * V.Count);
            V c = V.Zero, d = V.Zero;
            for (; i <= end; i += 2 * V.Count)
            {
                c = V.Fma(V.Load(a + i), V.Load(b + i) - s, c);
                d = V.Fma(V.Load(a + i + V.Count), V.Load(b + i + V.Count) - s, d);
            }
            total += c + d;
        }
        for (; i < n; i += V.Count)
            total = V.Fma(Lanes.Load<V, T>(a + i, 1, n - i), Lanes.Load<V, T>(b + i, 1, n - i) - s, total);
        return V.Sum(total);
    }

    /// <summary>The mask of the first <paramref name="count"/> lanes, count below 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First<V, T>(int count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.FromMaskBits((1u << count) - 1);
}
