using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>eˣ / Σ eˣ along an axis.</summary>
    /// <remarks>Where all elements are −∞ the result is 0.</remarks>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Softmax(int axis = -1) => AlongLast(axis, x => Op.Apply(new SoftmaxOp(), x));

    /// <summary>x − log Σ eˣ along an axis.</summary>
    /// <remarks>Where all elements are −∞ the result is −∞.</remarks>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor LogSoftmax(int axis = -1) => AlongLast(axis, x => Op.Apply(new LogSoftmaxOp(), x));

    // Kernels work on rows: another axis changes places with the last one.
    Tensor AlongLast(int axis, Func<Tensor, Tensor> apply)
    {
        int at = Shape.Axis(axis);
        return at == Shape.Rank - 1 ? apply(this) : apply(Transpose(at, -1)).Transpose(at, -1);
    }
}

sealed class SoftmaxOp : Op
{
    Tensor? _y;

    public override string Name => "softmax";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.Softmax(x, y);
        _y = Save(y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(dy.Shape, dy.DType, dy.Device);
        dy.Device.SoftmaxBackward(_y!, dy, dx);
        into.Add(0, dx);
    }
}

sealed class LogSoftmaxOp : Op
{
    Tensor? _y;

    public override string Name => "log_softmax";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.LogSoftmax(x, y);
        _y = Save(y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(dy.Shape, dy.DType, dy.Device);
        dy.Device.LogSoftmaxBackward(_y!, dy, dx);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>Over rows of the last axis, contiguous; so are the three below.</summary>
    internal abstract void Softmax(Tensor x, Tensor y);

    internal abstract void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx);

    internal abstract void LogSoftmax(Tensor x, Tensor y);

    internal abstract void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx);
}

public sealed partial class CpuDevice
{
    internal override void Softmax(Tensor x, Tensor y)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => SoftmaxCpu.Softmax<T>(Pool, x.Span<T>(), y.Span<T>(), Rows(x), x.Shape[-1]);
    }

    internal override void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => SoftmaxCpu.SoftmaxBackward<T>(Pool, y.Span<T>(), dy.Span<T>(), dx.Span<T>(), Rows(y), y.Shape[-1]);
    }

    internal override void LogSoftmax(Tensor x, Tensor y)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => SoftmaxCpu.LogSoftmax<T>(Pool, x.Span<T>(), y.Span<T>(), Rows(x), x.Shape[-1]);
    }

    internal override void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => SoftmaxCpu.LogSoftmaxBackward<T>(Pool, y.Span<T>(), dy.Span<T>(), dx.Span<T>(), Rows(y), y.Shape[-1]);
    }

    /// <summary>Rows of the last axis.</summary>
    static int Rows(Tensor x) => x.Shape[-1] == 0 ? 0 : (int)(x.Shape.Length / x.Shape[-1]);
}
