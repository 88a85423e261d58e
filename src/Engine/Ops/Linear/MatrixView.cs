namespace SuTI.Engine;

/// <summary>
/// Views of tensors as (batch, rows, columns), the form in which matrices meet kernels; no copies where strides allow.
/// </summary>
static class MatrixView
{
    /// <summary>(1, all leading axes, last axis) of a tensor of at least one axis.</summary>
    internal static Tensor Rows(Tensor x)
    {
        int columns = x.Shape[-1], rows = 1;
        for (int axis = 0; axis < x.Shape.Rank - 1; axis++)
            rows = checked(rows * x.Shape[axis]);
        if (!TryMerge(x, 0, x.Shape.Rank - 1, out long step))
        {
            x = x.ContiguousValues();
            step = columns;
        }
        return x.View([1, rows, columns], Strides.Create([0, step, ColumnStep(x)]), x.Offset);
    }

    /// <summary>
    /// A stack of matrices, whose leading axes merge with distance <paramref name="step"/>, as (batch, rows, columns).
    /// </summary>
    internal static Tensor Batch(Tensor x, long step)
    {
        int batch = 1;
        for (int axis = 0; axis < x.Shape.Rank - 2; axis++)
            batch = checked(batch * x.Shape[axis]);
        return x.View([batch, x.Shape[-2], x.Shape[-1]], Strides.Create([step, x.Strides[-2], ColumnStep(x)]),
            x.Offset);
    }

    /// <summary>One index of an axis, which falls away.</summary>
    internal static Tensor At(Tensor x, int axis, int index)
    {
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        Span<long> steps = stackalloc long[Shape.MaxRank];
        x.Shape.CopyTo(lengths);
        x.Strides.CopyTo(steps);
        lengths[(axis + 1)..].CopyTo(lengths[axis..]);
        steps[(axis + 1)..].CopyTo(steps[axis..]);
        int rank = x.Shape.Rank - 1;
        return x.View(Shape.Create(lengths[..rank]), Strides.Create(steps[..rank]),
            x.Offset + (index * x.Strides[axis]));
    }

    /// <summary>The transposes of a batch of matrices.</summary>
    internal static Tensor Transposed(Tensor x)
        => x.View([x.Shape[0], x.Shape[2], x.Shape[1]], Strides.Create([x.Strides[0], x.Strides[2], x.Strides[1]]),
        x.Offset);

    /// <summary>
    /// Whether axes from <paramref name="first"/> up to <paramref name="end"/> lie as one axis, and the distance of its
    /// neighbours.
    /// </summary>
    internal static bool TryMerge(Tensor x, int first, int end, out long step)
    {
        step = 0;
        long length = 1;
        for (int axis = end - 1; axis >= first; axis--)
        {
            if (x.Shape[axis] == 1)
                continue;
            if (length == 1)
                step = x.Strides[axis];
            else if (x.Strides[axis] != length * step)
                return x.Shape.Length == 0;
            length *= x.Shape[axis];
        }
        return true;
    }

    // Kernels ask for adjacent columns; of a single column the distance is whatever a reshape left there.
    static long ColumnStep(Tensor x) => x.Shape[-1] == 1 ? 1 : x.Strides[-1];
}
