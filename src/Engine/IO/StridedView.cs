using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>
/// Elements of a stored tensor in another order: a slice, a transposition, every third block of rows.
/// </summary>
/// <param name="Offset">Of the first element, in elements.</param>
/// <param name="Sizes">Outermost first.</param>
/// <param name="Strides">In elements, not negative.</param>
public sealed record StridedView(long Offset, ImmutableArray<long> Sizes, ImmutableArray<long> Strides)
{
    /// <summary>
    /// Rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> of a matrix.
    /// </summary>
    public static StridedView Rows(long first, long count, long width)
        => new(first * width, [count, width], [width, 1]);

    /// <summary>A matrix of <paramref name="rows"/> × <paramref name="columns"/>, transposed.</summary>
    public static StridedView Transposed(long rows, long columns) => new(0, [columns, rows], [1, columns]);

    public long Count => Sizes.Contains(0) ? 0 : Sizes.Aggregate(1L, static (product, size) => product * size);

    /// <summary>Elements from the first to the last, both included, gaps too.</summary>
    public long Extent
    {
        get
        {
            if (Sizes.Contains(0))
                return 0;
            long last = 0;
            for (int axis = 0; axis < Sizes.Length; axis++)
                last += (Sizes[axis] - 1) * Strides[axis];
            return last + 1;
        }
    }

    /// <summary>Whether the elements follow each other.</summary>
    public bool IsContiguous => Run(out _) == Count;

    /// <summary>
    /// Whether all elements lie within as many as <paramref name="available"/>, none of them read twice.
    /// </summary>
    /// <remarks>
    /// A repeated element is refused by number: a view may not have more elements than its storage, or a file of a few
    /// bytes could ask for any amount of memory.
    /// </remarks>
    public bool Fits(long available)
    {
        if (Offset < 0 || Offset > available || Sizes.Length != Strides.Length)
            return false;
        bool isEmpty = Sizes.Contains(0);
        UInt128 count = 1, last = (UInt128)Offset;
        for (int axis = 0; axis < Sizes.Length; axis++)
        {
            if (Sizes[axis] < 0 || Strides[axis] < 0)
                return false;
            if (isEmpty || Sizes[axis] == 1)
                continue;
            count *= (UInt128)Sizes[axis];
            last += (UInt128)(Sizes[axis] - 1) * (UInt128)Strides[axis];
            if (count > (UInt128)available || last > (UInt128)available)
                return false;
        }
        return isEmpty || last < (UInt128)available;
    }

    /// <summary>
    /// The elements that follow each other, and how many axes they are made of, counted from the last.
    /// </summary>
    internal long Run(out int axes)
    {
        long run = 1;
        axes = 0;
        for (int axis = Sizes.Length - 1; axis >= 0; axis--, axes++)
        {
            if (Sizes[axis] != 1 && Strides[axis] != run)
                break;
            run *= Sizes[axis];
        }
        return run;
    }

    /// <summary>Where a run lies, in elements of the stored tensor.</summary>
    internal long Position(long run, int axesOfRun)
    {
        long position = Offset;
        for (int axis = Sizes.Length - axesOfRun - 1; axis >= 0; axis--)
        {
            position += run % Sizes[axis] * Strides[axis];
            run /= Sizes[axis];
        }
        return position;
    }
}
