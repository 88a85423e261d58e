namespace SuTI.Engine;

/// <summary>NumPy's rule: shapes are aligned at their ends, and lengths of 1 repeat.</summary>
static class Broadcast
{
    /// <exception cref="ShapeException">An axis differs and is 1 in neither.</exception>
    internal static Shape Common(string op, Shape a, Shape b)
    {
        if (a == b)
            return a;
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> lengths = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int left = i <= a.Rank ? a[-i] : 1;
            int right = i <= b.Rank ? b[-i] : 1;
            if (left != right && left != 1 && right != 1)
                throw new ShapeException(op, "the shapes do not broadcast", $"axes equal to those of {a}, or 1", b.ToString());
            lengths[rank - i] = left == 1 ? right : left;
        }
        return Shape.Create(lengths);
    }

    /// <summary>A view of <paramref name="x"/> as <paramref name="shape"/>, unrecorded.</summary>
    internal static Tensor View(Tensor x, Shape shape, string op)
    {
        if (x.Shape == shape)
            return x;
        if (Common(op, x.Shape, shape) != shape)
            throw new ShapeException(op, "cannot be repeated to this shape", $"a shape that {x.Shape} broadcasts to", shape.ToString());
        Span<long> steps = stackalloc long[shape.Rank];
        for (int i = 1; i <= x.Shape.Rank; i++)
            steps[^i] = x.Shape[-i] == 1 ? 0 : x.Strides[-i];
        return x.View(shape, Strides.Create(steps), x.Offset);
    }

    /// <summary>The transpose of repeating: sums <paramref name="x"/> over the axes along which <paramref name="shape"/> was repeated.</summary>
    internal static Tensor SumTo(Tensor x, Shape shape)
    {
        if (x.Shape == shape)
            return x;
        Span<int> axes = stackalloc int[Shape.MaxRank];
        int count = 0;
        int added = x.Shape.Rank - shape.Rank;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (axis < added || (shape[axis - added] == 1 && x.Shape[axis] != 1))
                axes[count++] = axis;
        }
        var sum = count == 0 ? x : x.Sum(axes[..count], keepAxes: true);
        return sum.Reshape(shape.ToArray());
    }
}
