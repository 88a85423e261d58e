using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Σ x over all elements, a scalar; 0 of nothing.</summary>
    public Tensor Sum() => AxisRun.FoldAll(this, run => new SumOp(run, isMean: false));

    /// <summary>Σ x along one axis.</summary>
    /// <param name="keepAxes">Whether the axis stays, with length 1.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Sum(int axis, bool keepAxes = false) => Sum([axis], keepAxes);

    /// <summary>
    /// Σ x along several axes, in any order; negative ones count from the end, no axes leave x as it is.
    /// </summary>
    /// <param name="keepAxes">Whether the axes stay, with length 1.</param>
    /// <exception cref="ShapeException">There is no such axis, or it is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false)
        => AxisRun.Fold("sum", this, axes, keepAxes, run => new SumOp(run, isMean: false));

    /// <summary>The mean of all elements, a scalar; NaN of nothing.</summary>
    public Tensor Mean() => AxisRun.FoldAll(this, run => new SumOp(run, isMean: true));

    /// <summary>The mean along one axis.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Mean(int axis, bool keepAxes = false) => Mean([axis], keepAxes);

    /// <summary>The mean along several axes.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes = false)
        => AxisRun.Fold("mean", this, axes, keepAxes, run => new SumOp(run, isMean: true));
}

sealed class SumOp(AxisRun run, bool isMean) : Op
{
    Shape _shape;

    public override string Name => isMean ? "mean" : "sum";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        _shape = x.Shape;
        var y = Tensor.Empty(run.Reduced(_shape), x.DType, x.Device);
        x.Device.Sum(x, y, run, isMean);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
        => into.Add(0, Broadcast.View(isMean ? dy / run.Length(_shape) : dy, _shape, Name));
}

public abstract partial class Device
{
    /// <summary>y = Σ x, or the mean, over a run of axes; contiguous tensors.</summary>
    internal abstract void Sum(Tensor x, Tensor y, AxisRun run, bool isMean);
}

public sealed partial class CpuDevice
{
    internal override void Sum(Tensor x, Tensor y, AxisRun run, bool isMean)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (isMean)
                ReduceCpu.Mean<T>(Pool, x.Span<T>(), y.Span<T>(), run.Kernel(x.Shape));
            else
                ReduceCpu.Sum<T>(Pool, x.Span<T>(), y.Span<T>(), run.Kernel(x.Shape));
        }
    }
}
