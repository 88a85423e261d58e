using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class ElementwiseCpu
{
    /// <summary>y = f(a, b) for contiguous a and b; one of a single element repeats.</summary>
    /// <exception cref="ArgumentException">A length is neither that of y nor 1.</exception>
    public static void Binary<T, TFormula>(WorkerPool pool, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, TFormula formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IBinaryFormula
    {
        var loop = new BroadcastLoop(y.Length, a.Length, b.Length, 1);
        fixed (T* pa = a, pb = b, py = y)
            Simd.For<T, BinaryKernel<TFormula>>(pool, y.Length, Grain(y.Length), new(pa, pb, py, loop, formula));
    }

    /// <summary>y = f(a, b) for views of the sizes of y; a stride of 0 repeats, so that NumPy's broadcasting is a matter of strides.</summary>
    /// <param name="a">Begins with the first element of the view; so does <paramref name="b"/>.</param>
    /// <param name="y">Contiguous, row-major.</param>
    /// <param name="sizes">Lengths of the axes of y, at most 8.</param>
    /// <param name="aStrides">In elements, not negative, one for each axis.</param>
    /// <exception cref="ArgumentException">Too many axes, a negative stride, a view that leaves its span, sizes that do not fit y.</exception>
    public static void Binary<T, TFormula>(WorkerPool pool, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, ReadOnlySpan<int> sizes,
        ReadOnlySpan<long> aStrides, ReadOnlySpan<long> bStrides, TFormula formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IBinaryFormula
    {
        var loop = new BroadcastLoop(y.Length, sizes, new(aStrides, a.Length), new(bStrides, b.Length), new(bStrides, b.Length));
        fixed (T* pa = a, pb = b, py = y)
            Simd.For<T, BinaryKernel<TFormula>>(pool, y.Length, Grain(y.Length), new(pa, pb, py, loop, formula));
    }

    /// <summary>
    /// da = dy · ∂f/∂a and db = dy · ∂f/∂b, element by element of y; summing over repeated axes is left to the caller. An empty da or
    /// db is not computed, and what the formula's derivatives do not read may be empty.
    /// </summary>
    /// <param name="y">Contiguous, as <paramref name="dy"/>, <paramref name="da"/> and <paramref name="db"/> are.</param>
    /// <exception cref="ArgumentException">As for the forward form.</exception>
    public static void BinaryBackward<T, TFormula>(WorkerPool pool, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> y,
        ReadOnlySpan<T> dy, Span<T> da, Span<T> db, ReadOnlySpan<int> sizes, ReadOnlySpan<long> aStrides, ReadOnlySpan<long> bStrides,
        TFormula formula)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFormula : struct, IBinaryFormula
    {
        y = TFormula.DerivativesReadOutput ? y : dy;
        SameLength(y.Length, dy.Length);
        SameLength(da.Length, da.IsEmpty ? 0 : dy.Length);
        SameLength(db.Length, db.IsEmpty ? 0 : dy.Length);
        bool reads = TFormula.DerivativesReadInputs;
        BroadcastLoop loop = reads
            ? new(dy.Length, sizes, new(aStrides, a.Length), new(bStrides, b.Length), new(bStrides, b.Length))
            : new(dy.Length, dy.Length, dy.Length, dy.Length);
        a = reads ? a : dy;
        b = reads ? b : dy;
        fixed (T* pa = a, pb = b, py = y, pdy = dy, pda = da, pdb = db)
            Simd.For<T, BinaryBackwardKernel<TFormula>>(pool, dy.Length, Grain(dy.Length), new(pa, pb, py, pdy, pda, pdb, loop, formula));
    }

    readonly struct BinaryKernel<TFormula>(void* a, void* b, void* y, BroadcastLoop loop, TFormula formula) : ISimdKernel
        where TFormula : struct, IBinaryFormula
    {
        readonly BroadcastLoop _loop = loop;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var cursor = new BroadcastLoop.Cursor(in _loop, begin);
            int row = _loop.Rank - 1;
            long stepA = _loop.A[row];
            long stepB = _loop.B[row];
            for (int i = begin; i < end;)
            {
                int count = Math.Min(_loop.Sizes[row] - cursor.Column, end - i);
                T* pa = (T*)a + cursor.A + (cursor.Column * stepA);
                T* pb = (T*)b + cursor.B + (cursor.Column * stepB);
                Row<V, T>(pa, pb, (T*)y + i, stepA, stepB, count);
                i += count;
                cursor.NextRow();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Row<V, T>(T* pa, T* pb, T* py, long stepA, long stepB, int count)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int i = 0;
            int whole = count - V.Count;
            if (stepA == 1 && stepB == 1)
            {
                for (; i <= whole; i += V.Count)
                    V.Store(formula.Forward<V, T>(V.Load(pa + i), V.Load(pb + i)), py + i);
            }
            else if (stepA == 1 && stepB == 0)
            {
                V vb = V.Create(*pb);
                for (; i <= whole; i += V.Count)
                    V.Store(formula.Forward<V, T>(V.Load(pa + i), vb), py + i);
            }
            else if (stepA == 0 && stepB == 1)
            {
                V va = V.Create(*pa);
                for (; i <= whole; i += V.Count)
                    V.Store(formula.Forward<V, T>(va, V.Load(pb + i)), py + i);
            }
            for (; i < count; i += V.Count)
            {
                int rest = count - i;
                V va = Lanes.Load<V, T>(pa + (i * stepA), stepA, rest);
                V vb = Lanes.Load<V, T>(pb + (i * stepB), stepB, rest);
                Lanes.Store<V, T>(formula.Forward<V, T>(va, vb), py + i, rest);
            }
        }
    }

    readonly struct BinaryBackwardKernel<TFormula>(void* a, void* b, void* y, void* dy, void* da, void* db, BroadcastLoop loop,
        TFormula formula) : ISimdKernel
        where TFormula : struct, IBinaryFormula
    {
        readonly BroadcastLoop _loop = loop;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var cursor = new BroadcastLoop.Cursor(in _loop, begin);
            int row = _loop.Rank - 1;
            long stepA = _loop.A[row];
            long stepB = _loop.B[row];
            for (int i = begin; i < end;)
            {
                int count = Math.Min(_loop.Sizes[row] - cursor.Column, end - i);
                T* pa = (T*)a + cursor.A + (cursor.Column * stepA);
                T* pb = (T*)b + cursor.B + (cursor.Column * stepB);
                for (int j = 0; j < count; j += V.Count)
                {
                    int rest = count - j;
                    V va = Lanes.Load<V, T>(pa + (j * stepA), stepA, rest);
                    V vb = Lanes.Load<V, T>(pb + (j * stepB), stepB, rest);
                    V vy = Lanes.Load<V, T>((T*)y + i + j, 1, rest);
                    V vdy = Lanes.Load<V, T>((T*)dy + i + j, 1, rest);
                    if (da != null)
                        Lanes.Store<V, T>(vdy * formula.DerivativeA<V, T>(va, vb, vy), (T*)da + i + j, rest);
                    if (db != null)
                        Lanes.Store<V, T>(vdy * formula.DerivativeB<V, T>(va, vb, vy), (T*)db + i + j, rest);
                }
                i += count;
                cursor.NextRow();
            }
        }
    }
}
