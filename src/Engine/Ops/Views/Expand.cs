namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Repeats axes of length 1, and adds axes in front, by NumPy's broadcasting rule.</summary>
    /// <returns>A view with strides of 0.</returns>
    /// <exception cref="ShapeException">This shape does not broadcast to <paramref name="shape"/>.</exception>
    public Tensor Expand(Shape shape) => shape == Shape ? this : Op.Apply(new ExpandOp(shape), this);
}

sealed class ExpandOp(Shape shape) : Op
{
    Shape _inputShape;

    public override string Name => "expand";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _inputShape = inputs[0].Shape;
        return Broadcast.View(inputs[0], shape, Name);
    }

    protected internal override void Backward(Tensor dy, Gradients into) => into.Add(0, Broadcast.SumTo(dy, _inputShape));
}
