using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Unbiased variance over all elements, a scalar.</summary>
    public Tensor Variance() => Variance([.. Enumerable.Range(0, Shape.Rank)]);

    /// <summary>Variance along one axis.</summary>
    /// <inheritdoc cref="Variance(ReadOnlySpan{int}, int, bool)"/>
    public Tensor Variance(int axis, int correction = 1, bool keepAxes = false)
        => Variance([axis], correction, keepAxes);

    /// <summary>Variance along several axes: Σ (x − mean)² / (n − correction), in two passes.</summary>
    /// <param name="correction">1 for the unbiased estimate, 0 for the mean square distance.</param>
    /// <param name="keepAxes">Whether the axes stay, with length 1.</param>
    /// <remarks>NaN where n − correction is 0 or less.</remarks>
    /// <exception cref="ShapeException">There is no such axis, or it is named twice.</exception>
    public Tensor Variance(ReadOnlySpan<int> axes, int correction = 1, bool keepAxes = false)
    {
        var (x, run) = AxisRun.Gather("variance", this, axes);
        return AxisRun.Restore("variance", Op.Apply(new VarianceOp(run, correction), x), Shape, axes, keepAxes);
    }

    /// <summary>Standard deviation along one axis.</summary>
    /// <inheritdoc cref="StandardDeviation(ReadOnlySpan{int}, int, bool)"/>
    public Tensor StandardDeviation(int axis, int correction = 1, bool keepAxes = false)
        => StandardDeviation([axis], correction, keepAxes);

    /// <summary>
    /// Standard deviation along several axes: the root of the variance. Its gradient is infinite where it is 0.
    /// </summary>
    /// <inheritdoc cref="Variance(ReadOnlySpan{int}, int, bool)"/>
    public Tensor StandardDeviation(ReadOnlySpan<int> axes, int correction = 1, bool keepAxes = false)
        => Variance(axes, correction, keepAxes).Sqrt();
}

sealed class VarianceOp(AxisRun run, int correction) : Op
{
    Tensor? _x;
    Tensor? _mean;

    public override string Name => "variance";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(run.Reduced(x.Shape), x.DType, x.Device);
        var mean = Tensor.Empty(y.Shape, x.DType.Accumulator(), x.Device);
        x.Device.Variance(x, mean, y, run, correction);
        (_x, _mean) = (Save(inputs[0]), Save(mean));
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!.ContiguousValues();
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.VarianceBackward(x, _mean!, dy, dx, run, correction);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>Mean and variance over a run of axes; contiguous tensors.</summary>
    internal abstract void Variance(Tensor x, Tensor mean, Tensor variance, AxisRun run, int correction);

    /// <summary>dx from the gradient of the variance.</summary>
    internal abstract void VarianceBackward(Tensor x, Tensor mean, Tensor dVariance, Tensor dx, AxisRun run,
        int correction);
}

public sealed partial class CpuDevice
{
    internal override void Variance(Tensor x, Tensor mean, Tensor variance, AxisRun run, int correction)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.Variance<T>(Pool, x.Span<T>(), mean.Span<T>(), variance.Span<T>(), run.Kernel(x.Shape),
                correction);
    }

    internal override void VarianceBackward(Tensor x, Tensor mean, Tensor dVariance, Tensor dx, AxisRun run,
        int correction)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.VarianceBackward<T>(Pool, x.Span<T>(), mean.Span<T>(), dVariance.Span<T>(), dx.Span<T>(),
                run.Kernel(x.Shape), correction);
    }
}
