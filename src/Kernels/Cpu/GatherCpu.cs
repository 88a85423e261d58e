using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Sizes of a gather along an axis: x is (Outer, Axis, Inner), the indices and y are (Outer, Count,
/// Inner).</summary>
public readonly record struct GatherShape(int Outer, int Axis, int Count, int Inner)
{
    /// <summary>Elements of x.</summary>
    public long SourceLength => (long)Outer * Axis * Inner;

    /// <summary>Elements of y, and indices.</summary>
    public long Length => (long)Outer * Count * Inner;
}

/// <summary>Selection by indices, and its gradient, which adds in the order of the indices whatever the thread
/// count.</summary>
/// <remarks>
/// Indices are int or long. All of them are checked before anything is written: each method returns the position of the
/// first that is out of range, or −1 when the work is done.
/// </remarks>
public static unsafe class GatherCpu
{
    const int Grain = 32768;

    // Columns of a chunk of the row gradient: a few cache lines, so that chunks do not share any.
    const int ColumnBlock = 128;

    /// <summary>Position of the first index outside [0, count), or −1.</summary>
    public static int FirstOutOfRange<TIndex>(ReadOnlySpan<TIndex> indices, int count)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        for (int i = 0; i < indices.Length; i++)
            if ((ulong)long.CreateTruncating(indices[i]) >= (ulong)count)
                return i;
        return -1;
    }

    /// <summary>y[i, :] = table[ids[i], :], as an embedding looks up its rows.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="table">(rows, width).</param>
    /// <param name="ids">(n).</param>
    /// <param name="y">(n, width).</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Elements of a row.</param>
    /// <returns>The position of the first id out of range, or −1.</returns>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public static int Rows<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> table, ReadOnlySpan<TIndex> ids, Span<T> y,
        int rows, int width)
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        CheckRows(table.Length, ids.Length, y.Length, rows, width);
        int bad = FirstOutOfRange(ids, rows);
        if (bad >= 0 || y.IsEmpty)
            return bad;
        int grain = Math.Max(1, Grain / width);
        fixed (T* from = table, to = y)
        fixed (TIndex* id = ids)
            pool.For((ids.Length + grain - 1) / grain, new RowCopy<T, TIndex>(from, id, to, ids.Length, width, grain));
        return -1;
    }

    /// <summary>dTable[ids[i], :] += dy[i, :].</summary>
    /// <returns>The position of the first id out of range, or −1.</returns>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public static int RowsBackward<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> dy, ReadOnlySpan<TIndex> ids,
        Span<T> dTable, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        CheckRows(dTable.Length, ids.Length, dy.Length, rows, width);
        int bad = FirstOutOfRange(ids, rows);
        if (bad >= 0 || dy.IsEmpty)
            return bad;
        fixed (T* from = dy, to = dTable)
        fixed (TIndex* id = ids)
            pool.For((width + ColumnBlock - 1) / ColumnBlock, new RowAdd<T, TIndex>(from, id, to, ids.Length, width));
        return -1;
    }

    /// <summary>y[o, k, i] = x[o, index[o, k, i], i].</summary>
    /// <returns>The position of the first index out of range, or −1.</returns>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public static int Along<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<TIndex> indices, Span<T> y,
        GatherShape shape)
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        CheckAlong(x.Length, indices.Length, y.Length, shape);
        int bad = FirstOutOfRange(indices, shape.Axis);
        if (bad >= 0 || y.IsEmpty)
            return bad;
        int rows = shape.Outer * shape.Count;
        int grain = Math.Max(1, Grain / shape.Inner);
        fixed (T* from = x, to = y)
        fixed (TIndex* index = indices)
            pool.For((rows + grain - 1) / grain, new AxisCopy<T, TIndex>(from, index, to, shape, grain));
        return -1;
    }

    /// <summary>dx[o, index[o, k, i], i] += dy[o, k, i], in the order of k.</summary>
    /// <returns>The position of the first index out of range, or −1.</returns>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public static int AlongBackward<T, TIndex>(WorkerPool pool, ReadOnlySpan<T> dy, ReadOnlySpan<TIndex> indices,
        Span<T> dx, GatherShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        CheckAlong(dx.Length, indices.Length, dy.Length, shape);
        int bad = FirstOutOfRange(indices, shape.Axis);
        if (bad >= 0 || dy.IsEmpty)
            return bad;
        int blocks = (shape.Inner + ColumnBlock - 1) / ColumnBlock;
        // Whole outer slices share a chunk while they are small.
        int outerGrain = (int)Math.Max(1, Grain / ((long)shape.Count * Math.Min(shape.Inner, ColumnBlock)));
        int outerChunks = (shape.Outer + outerGrain - 1) / outerGrain;
        fixed (T* from = dy, to = dx)
        fixed (TIndex* index = indices)
            pool.For(checked(outerChunks * blocks), new AxisAdd<T, TIndex>(from, index, to, shape, outerGrain, blocks));
        return -1;
    }

    static void CheckRows(int table, int ids, int y, int rows, int width)
    {
        if (rows < 0 || width < 0 || table != (long)rows * width || y != (long)ids * width)
            throw new ArgumentException(
                $"gather rows: a table of {rows} rows of {width} and {ids} ids do not match {table} and {y} elements.");
    }

    static void CheckAlong(int x, int indices, int y, GatherShape shape)
    {
        if (x != shape.SourceLength || indices != shape.Length || y != shape.Length)
            throw new ArgumentException(
                $"gather: {shape} does not match {x} elements, {indices} indices and {y} results.");
    }

    readonly struct RowCopy<T, TIndex>(T* table, TIndex* ids, T* y, int count, int width, int grain) : IParallelBody
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int end = (int)Math.Min(count, (chunk + 1L) * grain);
            for (int i = chunk * grain; i < end; i++)
                Unsafe.CopyBlockUnaligned(y + (long)i * width, table + long.CreateTruncating(ids[i]) * width,
                    (uint)((long)width * sizeof(T)));
        }
    }

    readonly struct RowAdd<T, TIndex>(T* dy, TIndex* ids, T* dTable, int count, int width) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int begin = chunk * ColumnBlock;
            int columns = Math.Min(ColumnBlock, width - begin);
            for (int i = 0; i < count; i++)
                AddElements<T>.Row(dy + (long)i * width + begin, dTable + long.CreateTruncating(ids[i]) * width + begin,
                    1, 1, columns);
        }
    }

    readonly struct AxisCopy<T, TIndex>(T* x, TIndex* indices, T* y, GatherShape shape, int grain) : IParallelBody
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int end = (int)Math.Min((long)shape.Outer * shape.Count, (chunk + 1L) * grain);
            for (int row = chunk * grain; row < end; row++)
            {
                T* from = x + (long)(row / shape.Count) * shape.Axis * shape.Inner;
                long at = (long)row * shape.Inner;
                for (int i = 0; i < shape.Inner; i++)
                    y[at + i] = from[long.CreateTruncating(indices[at + i]) * shape.Inner + i];
            }
        }
    }

    readonly struct AxisAdd<T, TIndex>(T* dy, TIndex* indices, T* dx, GatherShape shape, int grain,
        int blocks) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            (int group, int block) = Math.DivRem(chunk, blocks);
            int first = block * ColumnBlock;
            int last = Math.Min(shape.Inner, first + ColumnBlock);
            int end = (int)Math.Min(shape.Outer, (group + 1L) * grain);
            for (int outer = group * grain; outer < end; outer++)
            {
                T* to = dx + (long)outer * shape.Axis * shape.Inner;
                for (int k = 0; k < shape.Count; k++)
                {
                    long at = ((long)outer * shape.Count + k) * shape.Inner;
                    for (int i = first; i < last; i++)
                        to[long.CreateTruncating(indices[at + i]) * shape.Inner + i] += dy[at + i];
                }
            }
        }
    }
}
