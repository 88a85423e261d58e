using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Operations on each element by itself. Outputs are contiguous and may be the same span as an input that is contiguous too; other
/// overlaps are not allowed.
/// </summary>
public static unsafe partial class ElementwiseCpu
{
    // A chunk holds at least this many elements, and a region has at most 16 chunks.
    const int LeastGrain = 16384;

    static int Grain(int count) => Math.Max(LeastGrain, ((count / 16) + 64) & ~63);

    /// <summary>y = f(x).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Unary<T, TFormula>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, TFormula formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IUnaryFormula
    {
        SameLength(x.Length, y.Length);
        fixed (T* px = x, py = y)
            Simd.For<T, UnaryKernel<TFormula>>(pool, y.Length, Grain(y.Length), new(px, py, formula));
    }

    /// <summary>dx = dy · f′(x), with y = f(x). What the formula's derivative does not read may be empty.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void UnaryBackward<T, TFormula>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy,
        Span<T> dx, TFormula formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IUnaryFormula
    {
        // What is not read is given the address of dy, which is loaded anyway.
        x = TFormula.DerivativeReadsInput ? x : dy;
        y = TFormula.DerivativeReadsOutput ? y : dy;
        SameLength(x.Length, dx.Length);
        SameLength(y.Length, dx.Length);
        SameLength(dy.Length, dx.Length);
        fixed (T* px = x, py = y, pdy = dy, pdx = dx)
            Simd.For<T, UnaryBackwardKernel<TFormula>>(pool, dx.Length, Grain(dx.Length), new(px, py, pdy, pdx, formula));
    }

    /// <summary>y = value.</summary>
    public static void Fill<T>(WorkerPool pool, Span<T> y, double value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y)
            Simd.For<T, FillKernel>(pool, y.Length, 4 * Grain(y.Length), new(py, value));
    }

    /// <summary>y += x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddInto<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => AddScaledInto(pool, x, y, 1);

    /// <summary>y += scale · x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddScaledInto<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameLength(x.Length, y.Length);
        fixed (T* px = x, py = y)
            Simd.For<T, AddScaledKernel>(pool, y.Length, Grain(y.Length), new(px, py, scale));
    }

    /// <summary>y *= scale.</summary>
    public static void ScaleInto<T>(WorkerPool pool, Span<T> y, double scale) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* py = y)
            Simd.For<T, UnaryKernel<ScaleFormula>>(pool, y.Length, Grain(y.Length), new(py, py, new ScaleFormula(scale)));
    }

    static void SameLength(int length, int expected, [CallerArgumentExpression(nameof(length))] string name = "")
    {
        if (length != expected)
            throw new ArgumentException($"elementwise: {name} must be {expected}; it is {length}.");
    }

    readonly struct UnaryKernel<TFormula>(void* x, void* y, TFormula formula) : ISimdKernel
        where TFormula : struct, IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* px = (T*)x;
            T* py = (T*)y;
            int i = begin;
            if (TFormula.IsCheap)
                i = InFours<V, T>(px, py, begin, end);
            for (; i <= end - V.Count; i += V.Count)
                V.Store(formula.Forward<V, T>(V.Load(px + i)), py + i);
            if (i < end)
                V.StorePartial(formula.Forward<V, T>(V.LoadPartial(px + i, end - i)), py + i, end - i);
        }

        // Where next to nothing is computed, the steps of the loop count. A method of its own: with a long formula, four in one loop
        // would exceed what the compiler is willing to inline.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        int InFours<V, T>(T* px, T* py, int i, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (; i <= end - (4 * V.Count); i += 4 * V.Count)
            {
                V y0 = formula.Forward<V, T>(V.Load(px + i)), y1 = formula.Forward<V, T>(V.Load(px + i + V.Count));
                V y2 = formula.Forward<V, T>(V.Load(px + i + (2 * V.Count))), y3 = formula.Forward<V, T>(V.Load(px + i + (3 * V.Count)));
                V.Store(y0, py + i);
                V.Store(y1, py + i + V.Count);
                V.Store(y2, py + i + (2 * V.Count));
                V.Store(y3, py + i + (3 * V.Count));
            }
            return i;
        }
    }

    readonly struct UnaryBackwardKernel<TFormula>(void* x, void* y, void* dy, void* dx, TFormula formula) : ISimdKernel
        where TFormula : struct, IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* px = (T*)x;
            T* py = (T*)y;
            T* pdy = (T*)dy;
            T* pdx = (T*)dx;
            int i = begin;
            for (; i <= end - V.Count; i += V.Count)
                V.Store(V.Load(pdy + i) * formula.Derivative<V, T>(V.Load(px + i), V.Load(py + i)), pdx + i);
            if (i == end)
                return;
            int rest = end - i;
            V slope = formula.Derivative<V, T>(V.LoadPartial(px + i, rest), V.LoadPartial(py + i, rest));
            V.StorePartial(V.LoadPartial(pdy + i, rest) * slope, pdx + i, rest);
        }
    }

    readonly struct FillKernel(void* y, double value) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => new Span<T>((T*)y + begin, end - begin).Fill(T.CreateTruncating(value));
    }

    readonly struct AddScaledKernel(void* x, void* y, double scale) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* px = (T*)x;
            T* py = (T*)y;
            V s = V.Create(T.CreateTruncating(scale));
            int i = begin;
            for (; i <= end - V.Count; i += V.Count)
                V.Store(V.Fma(V.Load(px + i), s, V.Load(py + i)), py + i);
            if (i < end)
                V.StorePartial(V.Fma(V.LoadPartial(px + i, end - i), s, V.LoadPartial(py + i, end - i)), py + i, end - i);
        }
    }

    readonly struct ScaleFormula(double scale) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Forward<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => x * V.Create(T.CreateTruncating(scale));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Derivative<V, T>(V x, V y)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => V.Create(T.CreateTruncating(scale));
    }
}
