namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>y = x · weightᵀ + bias + residual, over the last axis.</summary>
    /// <param name="weight">(out, in). Its packed form is kept until its values change. f32 beside a half tensor is allowed, here
    /// and for the bias: its gradient then is f32 too.</param>
    /// <param name="bias">(out).</param>
    /// <param name="residual">Of the result's shape; added in the same pass.</param>
    /// <returns>(…, out) for this (…, in).</returns>
    /// <exception cref="ShapeException">An operand does not fit.</exception>
    /// <exception cref="DTypeException">The device does not compute in the operands' types, or not in these together.</exception>
    public Tensor Linear(Tensor weight, Tensor? bias = null, Tensor? residual = null)
    {
        var op = new LinearOp(bias is not null, residual is not null);
        return (bias, residual) switch
        {
            (null, null) => Op.Apply(op, this, weight),
            (null, _) => Op.Apply(op, this, weight, residual),
            (_, null) => Op.Apply(op, this, weight, bias),
            _ => Op.Apply(op, this, weight, bias, residual),
        };
    }
}

sealed class LinearOp(bool hasBias, bool hasResidual) : Op
{
    Tensor? _x, _weight;
    bool _keepsPacked;

    public override string Name => "linear";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (x, weight) = (inputs[0], inputs[1]);
        Operands.RequireCompute(Name, x);
        Operands.RequireRank(Name, weight, 2);
        if (x.Shape.Rank == 0 || x.Shape[-1] != weight.Shape[1])
            throw new ShapeException(Name, "the last axis of x is as long as the second of the weight",
                $"(…, {weight.Shape[1]})", x.Shape.ToString());
        int width = weight.Shape[0];
        var bias = hasBias ? inputs[2] : null;
        var residual = hasResidual ? inputs[^1] : null;
        Operands.RequireWeight(Name, x, weight, bias);
        if (residual is not null)
            Operands.RequireCompute(Name, x, residual);
        if (bias is not null)
            Operands.RequireShape(Name, bias, [width]);
        var y = Tensor.Empty(x.Shape.With(-1, width), x.DType, x.Device);
        if (residual is not null)
            Operands.RequireShape(Name, residual, y.Shape);

        // A weight made by recorded ops is new in every step: what is packed of it would serve once.
        _keepsPacked = weight.Producer is null;
        if (y.Shape.Length > 0)
            x.Device.Multiply(MatrixView.Rows(x), MatrixView.Transposed(MatrixView.Rows(weight)),
                bias?.ContiguousValues(), Rows(residual), MatrixView.Rows(y), isWeight: _keepsPacked);
        _x = Save(x);
        _weight = Save(weight);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        Tensor x = _x!, weight = _weight!;
        var dyRows = MatrixView.Rows(dy);
        if (into.Needs(0))
        {
            var dx = into.Buffer(0, out bool accumulate);
            Product(dyRows, MatrixView.Rows(weight), dx, accumulate, _keepsPacked);
        }
        if (into.Needs(1))
        {
            var dWeight = into.Buffer(1, out bool accumulate);
            Product(MatrixView.Transposed(dyRows), MatrixView.Rows(x), dWeight, accumulate, isWeight: false);
        }
        if (hasBias && into.Needs(2))
            BiasGradient(dyRows, into);
        if (hasResidual)
            into.Add(hasBias ? 3 : 2, dy);
    }

    static void BiasGradient(Tensor dyRows, Gradients into)
    {
        var dBias = into.Buffer(2, out bool accumulate);
        dBias.Device.ColumnSums(dyRows, dBias, accumulate);
    }

    static void Product(Tensor a, Tensor b, Tensor c, bool accumulate, bool isWeight)
    {
        if (c.Shape.Length > 0)
            c.Device.Multiply(a, b, null, null, MatrixView.Rows(c), accumulate, isWeight);
    }

    static Tensor? Rows(Tensor? residual)
    {
        if (residual is null)
            return null;
        return MatrixView.Rows(residual.Strides[-1] == 1 ? residual : residual.ContiguousValues());
    }
}
