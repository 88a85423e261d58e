namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order under another shape; one length may be −1.</summary>
    /// <returns>A view where the strides allow it, else a copy.</returns>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> lengths)
    {
        Span<int> target = stackalloc int[lengths.Length];
        lengths.CopyTo(target);
        int open = target.IndexOf(-1);
        if (open >= 0)
        {
            target[open] = 1;
            long rest = Shape.Create(target).Length;
            if (rest == 0 || Shape.Length % rest != 0)
                throw new ShapeException("reshape", "the open length is not a whole number",
                    $"a multiple of {rest} elements", Shape.ToString());
            target[open] = checked((int)(Shape.Length / rest));
        }
        return Op.Apply(new ReshapeOp(Shape.Create(target)), this);
    }

    /// <summary>All elements along one axis.</summary>
    public Tensor Flatten() => Reshape(-1);

    /// <summary>Adds an axis of length 1 before <paramref name="axis"/>; −1 adds it at the end.</summary>
    public Tensor Unsqueeze(int axis)
    {
        int at = axis < 0 ? axis + Shape.Rank + 1 : axis;
        if ((uint)at > (uint)Shape.Rank)
            throw new ShapeException("unsqueeze", "has no such place", $"0 to {Shape.Rank}", $"{axis}");
        var lengths = Shape.ToList();
        lengths.Insert(at, 1);
        return Reshape([.. lengths]);
    }

    /// <summary>Removes an axis of length 1.</summary>
    /// <exception cref="ShapeException">The axis is longer.</exception>
    public Tensor Squeeze(int axis)
    {
        int at = Shape.Axis(axis);
        if (Shape[at] != 1)
            throw new ShapeException("squeeze", "removes axes of length 1", "length 1", $"{Shape[at]} at axis {at} of {Shape}");
        var lengths = Shape.ToList();
        lengths.RemoveAt(at);
        return Reshape([.. lengths]);
    }
}

sealed class ReshapeOp(Shape shape) : Op
{
    Shape _inputShape;

    public override string Name => "reshape";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        if (x.Shape.Length != shape.Length)
            throw new ShapeException(Name, "keeps the number of elements", $"{x.Shape.Length} of {x.Shape}", $"{shape}");
        _inputShape = x.Shape;
        if (TryStrides(x, out var strides))
            return x.View(shape, strides, x.Offset);
        return x.ContiguousValues().View(shape, Strides.RowMajor(shape), 0);
    }

    protected internal override void Backward(Tensor dy, Gradients into)
        => into.Add(0, dy.View(_inputShape, Strides.RowMajor(_inputShape), dy.Offset));

    // Source axes that lie without gaps among themselves merge into blocks, which the target axes cut anew.
    bool TryStrides(Tensor x, out Strides strides)
    {
        strides = Strides.RowMajor(shape);
        if (x.IsContiguous)
            return true;
        Span<long> lengths = stackalloc long[Shape.MaxRank];
        Span<long> blockSteps = stackalloc long[Shape.MaxRank];
        int blocks = 0;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            int length = x.Shape[axis];
            if (length == 1)
                continue;
            bool merges = blocks > 0 && blockSteps[blocks - 1] == length * x.Strides[axis];
            if (!merges)
                lengths[blocks++] = 1;
            lengths[blocks - 1] *= length;
            blockSteps[blocks - 1] = x.Strides[axis];
        }
        Span<long> steps = stackalloc long[shape.Rank];
        int block = -1;
        long rest = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 1)
                continue;
            if (rest == 1)
                rest = lengths[++block];
            if (rest % shape[axis] != 0)
                return false;
            rest /= shape[axis];
            steps[axis] = blockSteps[block] * rest;
        }
        strides = Strides.Create(steps);
        return true;
    }
}
