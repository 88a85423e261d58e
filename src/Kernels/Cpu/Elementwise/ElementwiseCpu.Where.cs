using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class ElementwiseCpu
{
    /// <summary>y = 1 where the comparison of a and b holds, else 0. Views as for the binary operations.</summary>
    /// <exception cref="ArgumentException">Too many axes, a negative stride, a view that leaves its span, sizes that do not fit y.</exception>
    public static void Compare<T, TComparison>(WorkerPool pool, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<byte> y,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> aStrides, ReadOnlySpan<long> bStrides, TComparison comparison)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComparison : struct, IComparison
    {
        var loop = new BroadcastLoop(y.Length, sizes, new(aStrides, a.Length), new(bStrides, b.Length), new(bStrides, b.Length));
        fixed (T* pa = a, pb = b)
        fixed (byte* py = y)
            Simd.For<T, CompareKernel<TComparison>>(pool, y.Length, Grain(y.Length), new(pa, pb, py, loop, comparison));
    }

    /// <summary>y = a where the condition is not 0, else b. Views as for the binary operations.</summary>
    /// <exception cref="ArgumentException">Too many axes, a negative stride, a view that leaves its span, sizes that do not fit y.</exception>
    public static void Where<T>(WorkerPool pool, ReadOnlySpan<byte> condition, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> conditionStrides, ReadOnlySpan<long> aStrides, ReadOnlySpan<long> bStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loop = new BroadcastLoop(y.Length, sizes, new(aStrides, a.Length), new(bStrides, b.Length), new(conditionStrides, condition.Length));
        fixed (T* pa = a, pb = b, py = y)
        fixed (byte* pc = condition)
            Simd.For<T, WhereKernel>(pool, y.Length, Grain(y.Length), new(pc, pa, pb, py, loop));
    }

    /// <summary>
    /// da = dy where the condition is not 0, else 0, and db the other way round, element by element of dy; an empty da or db is not
    /// computed.
    /// </summary>
    /// <exception cref="ArgumentException">As for the forward form.</exception>
    public static void WhereBackward<T>(WorkerPool pool, ReadOnlySpan<byte> condition, ReadOnlySpan<T> dy, Span<T> da, Span<T> db,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> conditionStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameLength(da.Length, da.IsEmpty ? 0 : dy.Length);
        SameLength(db.Length, db.IsEmpty ? 0 : dy.Length);
        var view = new BroadcastLoop.View(conditionStrides, condition.Length);
        var loop = new BroadcastLoop(dy.Length, sizes, view, view, view);
        fixed (T* pdy = dy, pda = da, pdb = db)
        fixed (byte* pc = condition)
            Simd.For<T, WhereBackwardKernel>(pool, dy.Length, Grain(dy.Length), new(pc, pdy, pda, pdb, loop));
    }

    readonly struct CompareKernel<TComparison>(void* a, void* b, byte* y, BroadcastLoop loop, TComparison comparison) : ISimdKernel
        where TComparison : struct, IComparison
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
                    V va = Lanes.Load<V, T>(pa + (j * stepA), stepA, count - j);
                    V vb = Lanes.Load<V, T>(pb + (j * stepB), stepB, count - j);
                    Lanes.StoreMask<V, T>(comparison.Compare<V, T>(va, vb), y + i + j, count - j);
                }
                i += count;
                cursor.NextRow();
            }
        }
    }

    readonly struct WhereKernel(byte* condition, void* a, void* b, void* y, BroadcastLoop loop) : ISimdKernel
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
            long stepC = _loop.C[row];
            for (int i = begin; i < end;)
            {
                int count = Math.Min(_loop.Sizes[row] - cursor.Column, end - i);
                T* pa = (T*)a + cursor.A + (cursor.Column * stepA);
                T* pb = (T*)b + cursor.B + (cursor.Column * stepB);
                byte* pc = condition + cursor.C + (cursor.Column * stepC);
                for (int j = 0; j < count; j += V.Count)
                {
                    V mask = Lanes.LoadMask<V, T>(pc + (j * stepC), stepC, count - j);
                    V va = Lanes.Load<V, T>(pa + (j * stepA), stepA, count - j);
                    V vb = Lanes.Load<V, T>(pb + (j * stepB), stepB, count - j);
                    Lanes.Store<V, T>(V.Select(mask, va, vb), (T*)y + i + j, count - j);
                }
                i += count;
                cursor.NextRow();
            }
        }
    }

    readonly struct WhereBackwardKernel(byte* condition, void* dy, void* da, void* db, BroadcastLoop loop) : ISimdKernel
    {
        readonly BroadcastLoop _loop = loop;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var cursor = new BroadcastLoop.Cursor(in _loop, begin);
            int row = _loop.Rank - 1;
            long step = _loop.C[row];
            for (int i = begin; i < end;)
            {
                int count = Math.Min(_loop.Sizes[row] - cursor.Column, end - i);
                byte* pc = condition + cursor.C + (cursor.Column * step);
                for (int j = 0; j < count; j += V.Count)
                {
                    V mask = Lanes.LoadMask<V, T>(pc + (j * step), step, count - j);
                    V vdy = Lanes.Load<V, T>((T*)dy + i + j, 1, count - j);
                    if (da != null)
                        Lanes.Store<V, T>(V.Select(mask, vdy, V.Zero), (T*)da + i + j, count - j);
                    if (db != null)
                        Lanes.Store<V, T>(V.Select(mask, V.Zero, vdy), (T*)db + i + j, count - j);
                }
                i += count;
                cursor.NextRow();
            }
        }
    }
}
