using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// Copies between N-d views: y[i₀·b₀ + i₁·b₁ + …] = x[i₀·a₀ + i₁·a₁ + …] for every index below the sizes, at most 8
/// axes. Contiguous copies, permutations, concatenation, slices and padding are all this with other strides.
/// </summary>
/// <remarks>
/// Strides count elements and are not negative; a source stride of 0 repeats an element. Spans begin at the view's
/// first element. Elements are moved by size (1, 2, 4 or 8 bytes), so any type of these sizes will do. Source and
/// destination must not overlap.
/// </remarks>
public static unsafe class CopyCpu
{
    /// <summary>Most axes of a view.</summary>
    public const int MaxRank = StridedLoop.MaxRank;

    /// <summary>Elements that one chunk moves.</summary>
    const int Grain = 32768;

    /// <summary>Gathers a strided view into row-major order.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Copy"/>.</exception>
    public static void ToContiguous<T>(WorkerPool pool, ReadOnlySpan<T> source, Span<T> destination,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> sourceStrides) where T : unmanaged
    {
        Span<long> strides = stackalloc long[MaxRank];
        Copy(pool, source, destination, sizes, sourceStrides, RowMajor(sizes, strides));
    }

    /// <summary>Scatters row-major elements into a strided view, whose elements must be distinct.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Copy"/>.</exception>
    public static void FromContiguous<T>(WorkerPool pool, ReadOnlySpan<T> source, Span<T> destination,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> destinationStrides) where T : unmanaged
    {
        Span<long> strides = stackalloc long[MaxRank];
        Copy(pool, source, destination, sizes, RowMajor(sizes, strides), destinationStrides);
    }

    /// <summary>Copies one strided view to another; the destination's elements must be distinct.</summary>
    /// <exception cref="ArgumentException">More than 8 axes, a negative size or stride, a repeated destination, or a
    /// view that leaves its span.
    /// </exception>
    public static void Copy<T>(WorkerPool pool, ReadOnlySpan<T> source, Span<T> destination, ReadOnlySpan<int> sizes,
        ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides) where T : unmanaged
    {
        CheckView(sizes, sourceStrides, source.Length, nameof(source));
        CheckView(sizes, destinationStrides, destination.Length, nameof(destination));
        var loop = new StridedLoop(sizes, sourceStrides, destinationStrides);
        if (loop.IsEmpty)
            return;
        if (loop.Repeats > 0)
            throw new ArgumentException(
                "copy: the destination has stride 0 on an axis longer than 1.", nameof(destinationStrides));
        fixed (T* from = source, to = destination)
        {
            switch (sizeof(T))
            {
                case 1:
                    Move<byte, AssignElements<byte>>(pool, (byte*)from, (byte*)to, loop);
                    break;
                case 2:
                    Move<ushort, AssignElements<ushort>>(pool, (ushort*)from, (ushort*)to, loop);
                    break;
                case 4:
                    Move<uint, AssignElements<uint>>(pool, (uint*)from, (uint*)to, loop);
                    break;
                case 8:
                    Move<ulong, AssignElements<ulong>>(pool, (ulong*)from, (ulong*)to, loop);
                    break;
                default:
                    throw new ArgumentException(
                        $"copy: elements have 1, 2, 4 or 8 bytes; {typeof(T).Name} has {sizeof(T)}.");
            }
        }
    }

    /// <summary>Adds row-major elements to a strided view, as <see cref="Accumulate"/> does.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Accumulate"/>.</exception>
    public static void AccumulateFromContiguous<T>(WorkerPool pool, ReadOnlySpan<T> source, Span<T> destination,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> destinationStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<long> strides = stackalloc long[MaxRank];
        Accumulate(pool, source, destination, sizes, RowMajor(sizes, strides), destinationStrides);
    }

    /// <summary>
    /// y += x, view to view. Along axes of destination stride 0 all source elements are added to the one there, in
    /// index order; apart from these the destination's elements must be distinct.
    /// </summary>
    /// <exception cref="ArgumentException">More than 8 axes, a negative size or stride, or a view that leaves its
    /// span.</exception>
    public static void Accumulate<T>(WorkerPool pool, ReadOnlySpan<T> source, Span<T> destination,
        ReadOnlySpan<int> sizes, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckView(sizes, sourceStrides, source.Length, nameof(source));
        CheckView(sizes, destinationStrides, destination.Length, nameof(destination));
        var loop = new StridedLoop(sizes, sourceStrides, destinationStrides);
        if (loop.IsEmpty)
            return;
        fixed (T* from = source, to = destination)
            Move<T, AddElements<T>>(pool, from, to, loop);
    }

    static void Move<T, TMove>(WorkerPool pool, T* source, T* destination, StridedLoop loop)
        where T : unmanaged
        where TMove : IElementMove<T>
    {
        var body = new StridedMove<T, TMove>(source, destination, loop, Grain, out int chunks);
        if (chunks == 1)
            body.Run(0);
        else
            pool.For(chunks, body);
    }

    static ReadOnlySpan<long> RowMajor(ReadOnlySpan<int> sizes, Span<long> strides)
    {
        if (sizes.Length > MaxRank)
            throw new ArgumentException($"copy: a view has at most {MaxRank} axes; got {sizes.Length}.", nameof(sizes));
        long step = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= sizes[axis];
        }
        return strides[..sizes.Length];
    }

    static void CheckView(ReadOnlySpan<int> sizes, ReadOnlySpan<long> strides, int length, string name)
    {
        if (sizes.Length > MaxRank || strides.Length != sizes.Length)
            throw new ArgumentException(
                $"copy: the {name} needs one stride for each of at most {MaxRank} axes; "
                + $"got {sizes.Length} sizes and {strides.Length} strides.");
        Int128 last = 0;
        bool empty = false;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] < 0 || strides[axis] < 0)
                throw new ArgumentException(
                    $"copy: axis {axis} of the {name} has size {sizes[axis]} and stride {strides[axis]}; "
                    + "neither may be negative.");
            empty |= sizes[axis] == 0;
            last += (Int128)(sizes[axis] - 1) * strides[axis];
        }
        if (!empty && last >= length)
            throw new ArgumentException($"copy: the view reaches element {last} of the {name}, which has {length}.");
    }
}
