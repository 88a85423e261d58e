namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Puts <paramref name="before"/>[i] and <paramref name="after"/>[i] elements of <paramref name="value"/> around
    /// axis i.
    /// </summary>
    /// <exception cref="ShapeException">Not one width an axis.</exception>
    /// <exception cref="SutiException">A negative width.</exception>
    public Tensor Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0)
    {
        if (before.Length != Shape.Rank || after.Length != Shape.Rank)
            throw new ShapeException("pad", "there is one width before and one after each axis",
                $"{Shape.Rank} of each for {Shape}", $"{before.Length} and {after.Length}");
        if (before.ContainsAnyInRange(int.MinValue, -1) || after.ContainsAnyInRange(int.MinValue, -1))
            throw new SutiException("pad", "widths are not negative", "0 or more",
                $"[{string.Join(", ", before.ToArray())}] and [{string.Join(", ", after.ToArray())}]");
        return Op.Apply(new PadOp(before.ToArray(), after.ToArray(), value), this);
    }

    /// <summary>Puts rows and columns of <paramref name="value"/> around images.</summary>
    /// <returns>(n, top + h + bottom, left + w + right, c) for these images (n, h, w, c).</returns>
    /// <exception cref="ShapeException">Not images.</exception>
    /// <exception cref="SutiException">A negative width.</exception>
    public Tensor Pad2d(Padding2d padding, double value = 0)
    {
        Operands.RequireRank("pad", this, 4, "images");
        return Pad([0, padding.Top, padding.Left, 0], [0, padding.Bottom, padding.Right, 0], value);
    }
}

sealed class PadOp(int[] before, int[] after, double value) : Op
{
    Shape _inputShape;

    public override string Name => "pad";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        _inputShape = x.Shape;
        var shape = x.Shape;
        for (int axis = 0; axis < before.Length; axis++)
            shape = shape.With(axis, checked(before[axis] + x.Shape[axis] + after[axis]));
        var y = Tensor.Empty(shape, x.DType, x.Device);
        if (shape != x.Shape)
            y.Device.Fill(y, value);
        Inner(y).Assign(x);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into) => into.Add(0, Inner(dy));

    Tensor Inner(Tensor y)
    {
        long offset = y.Offset;
        for (int axis = 0; axis < before.Length; axis++)
            offset += before[axis] * y.Strides[axis];
        return y.View(_inputShape, y.Strides, _inputShape.Length == 0 ? y.Offset : offset);
    }
}
