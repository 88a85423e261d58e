namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Whether the element is false.</summary>
    /// <exception cref="DTypeException">This tensor is not bool.</exception>
    public Tensor Not() => Op.Apply(new LogicOp(Logic.Not), this, this);

    /// <summary>Whether both are true, under NumPy's broadcasting.</summary>
    /// <exception cref="DTypeException">One is not bool.</exception>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor And(Tensor other) => Op.Apply(new LogicOp(Logic.And), this, other);

    /// <summary>Whether one of the two is true, or both, under NumPy's broadcasting.</summary>
    /// <exception cref="DTypeException">One is not bool.</exception>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor Or(Tensor other) => Op.Apply(new LogicOp(Logic.Or), this, other);
}

enum Logic
{
    /// <summary>Of the first operand; the second is not looked at.</summary>
    Not,
    And,
    Or,
}

sealed class LogicOp(Logic logic) : Op
{
    public override string Name => logic switch { Logic.Not => "not", Logic.And => "and", _ => "or" };

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Conditions.Require(Name, inputs[0]);
        Conditions.Require(Name, inputs[1]);
        var shape = Broadcast.Common(Name, inputs[0].Shape, inputs[1].Shape);
        var a = Broadcast.View(inputs[0], shape, Name).ContiguousValues();
        var b = Broadcast.View(inputs[1], shape, Name).ContiguousValues();
        var y = Tensor.Empty(shape, DType.Bool, a.Device);
        y.Device.Combine(logic, a, b, y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into) => throw Conditions.NotDifferentiable(Name);
}

public abstract partial class Device
{
    /// <summary>y = a combined with b; contiguous bool tensors of one shape.</summary>
    internal abstract void Combine(Logic logic, Tensor a, Tensor b, Tensor y);
}

public sealed partial class CpuDevice
{
    // Masks are small beside what they mask: a plain loop, which the compiler leaves scalar, is enough.
    internal override void Combine(Logic logic, Tensor a, Tensor b, Tensor y)
    {
        ReadOnlySpan<byte> first = a.Span<byte>(), second = b.Span<byte>();
        var result = y.Span<byte>();
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = logic switch
            {
                Logic.Not => (byte)(first[i] ^ 1),
                Logic.And => (byte)(first[i] & second[i]),
                _ => (byte)(first[i] | second[i]),
            };
        }
    }
}
