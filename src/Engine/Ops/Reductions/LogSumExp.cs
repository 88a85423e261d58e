using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>log Σ e^x over all elements, a scalar, by way of the largest.</summary>
    public Tensor LogSumExp() => AxisRun.FoldAll(this, run => new LogSumExpOp(run));

    /// <summary>log Σ e^x along one axis; −∞ of nothing or of −∞ alone.</summary>
    /// <param name="keepAxes">Whether the axis stays, with length 1.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor LogSumExp(int axis, bool keepAxes = false) => LogSumExp([axis], keepAxes);

    /// <summary>log Σ e^x along several axes.</summary>
    /// <inheritdoc cref="LogSumExp(int, bool)"/>
    public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepAxes = false)
        => AxisRun.Fold("log_sum_exp", this, axes, keepAxes, run => new LogSumExpOp(run));
}

sealed class LogSumExpOp(AxisRun run) : Op
{
    Tensor? _x;
    Tensor? _y;

    public override string Name => "log_sum_exp";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(run.Reduced(x.Shape), x.DType, x.Device);
        x.Device.LogSumExp(x, y, run);
        (_x, _y) = (Save(inputs[0]), Save(y));
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!.ContiguousValues();
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.LogSumExpBackward(x, _y!, dy, dx, run);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>y = log Σ e^x over a run of axes; contiguous tensors.</summary>
    internal abstract void LogSumExp(Tensor x, Tensor y, AxisRun run);

    internal abstract void LogSumExpBackward(Tensor x, Tensor y, Tensor dy, Tensor dx, AxisRun run);
}

public sealed partial class CpuDevice
{
    internal override void LogSumExp(Tensor x, Tensor y, AxisRun run)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.LogSumExp<T>(Pool, x.Span<T>(), y.Span<T>(), run.Kernel(x.Shape));
    }

    internal override void LogSumExpBackward(Tensor x, Tensor y, Tensor dy, Tensor dx, AxisRun run)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.LogSumExpBackward<T>(Pool, x.Span<T>(), y.Span<T>(), dy.Span<T>(), dx.Span<T>(),
                run.Kernel(x.Shape));
    }
}
