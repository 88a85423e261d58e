namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Every <paramref name="step"/>-th of <paramref name="length"/> indices of an axis from <paramref name="start"/> on.</summary>
    /// <param name="length">Indices in the result.</param>
    /// <returns>A view.</returns>
    /// <exception cref="ShapeException">The range leaves the axis.</exception>
    public Tensor Slice(int axis, int start, int length, int step = 1)
        => Op.Apply(new SliceOp(Shape.Axis(axis), start, length, step), this);

    /// <summary>Cuts an axis into parts of the given lengths.</summary>
    /// <returns>Views.</returns>
    /// <exception cref="ShapeException">The lengths do not add up to the axis.</exception>
    public Tensor[] Split(int axis, params ReadOnlySpan<int> lengths)
    {
        int total = 0;
        foreach (int length in lengths)
            total += length;
        if (total != Shape[axis])
            throw new ShapeException("split", "the lengths do not add up", $"{Shape[axis]} along axis {axis} of {Shape}", $"{total}");
        var parts = new Tensor[lengths.Length];
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Slice(axis, start, lengths[i]);
            start += lengths[i];
        }
        return parts;
    }

    /// <summary>Cuts an axis into equal parts.</summary>
    public Tensor[] Chunk(int axis, int parts)
    {
        if (parts < 1 || Shape[axis] % parts != 0)
            throw new ShapeException("chunk", "the axis does not divide", $"a multiple of {parts}", $"{Shape[axis]} at axis {axis} of {Shape}");
        int[] lengths = new int[parts];
        Array.Fill(lengths, Shape[axis] / parts);
        return Split(axis, lengths);
    }
}

sealed class SliceOp(int axis, int start, int length, int step) : Op
{
    Shape _inputShape;

    public override string Name => "slice";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        _inputShape = x.Shape;
        long last = start + ((long)length - 1) * step;
        if (start < 0 || length < 0 || step < 1 || (length > 0 && last >= x.Shape[axis]) || start > x.Shape[axis])
            throw new ShapeException(Name, "leaves the axis", $"indices of axis {axis} of {x.Shape}",
                $"{length} from {start} by {step}");
        return Cut(x);
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        // Add into the part instead of a full zero tensor: several slices of one tensor then cost one buffer.
        var dx = into.Buffer(0, out bool accumulate);
        if (!accumulate)
            dx.Device.Fill(dx, 0);
        Cut(dx).AddInPlace(dy);
    }

    Tensor Cut(Tensor x)
    {
        Span<long> steps = stackalloc long[x.Shape.Rank];
        x.Strides.CopyTo(steps);
        long offset = length == 0 ? x.Offset : x.Offset + start * steps[axis];
        steps[axis] *= step;
        return x.View(x.Shape.With(axis, length), Strides.Create(steps), offset);
    }
}
