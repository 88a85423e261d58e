using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// a · GELU(g), where a and g are the halves of the last axis: the gate of GEGLU (Shazeer, 2020, equation 6).
    /// </summary>
    /// <returns>(…, width) of (…, 2 · width); GELU is the exact one.</returns>
    /// <exception cref="ShapeException">The last axis is odd, or missing.</exception>
    public Tensor Geglu() => Op.Apply(new GegluOp(), this);
}

sealed class GegluOp : Op
{
    Tensor? _x;

    public override string Name => "geglu";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var shape = inputs[0].Shape;
        if (shape.Rank == 0 || shape[-1] % 2 != 0)
            throw new ShapeException(Name, "halves the last axis", "an even last axis", shape.ToString());
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(shape.With(-1, shape[-1] / 2), x.DType, x.Device);
        x.Device.Geglu(x, y);
        _x = Save(inputs[0]);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!.ContiguousValues();
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.GegluBackward(x, dy, dx);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>y (…, width) from x (…, 2 · width), contiguous.</summary>
    internal abstract void Geglu(Tensor x, Tensor y);

    internal abstract void GegluBackward(Tensor x, Tensor dy, Tensor dx);
}

public sealed partial class CpuDevice
{
    internal override void Geglu(Tensor x, Tensor y)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => GegluCpu.Forward<T>(Pool, x.Span<T>(), y.Span<T>(), Rows(y, y.Shape[-1]), y.Shape[-1]);
    }

    internal override void GegluBackward(Tensor x, Tensor dy, Tensor dx)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => GegluCpu.Backward<T>(Pool, x.Span<T>(), dy.Span<T>(), dx.Span<T>(), Rows(dy, dy.Shape[-1]),
                dy.Shape[-1]);
    }

    static int Rows(Tensor x, int width) => width == 0 ? 0 : checked((int)(x.Shape.Length / width));
}
