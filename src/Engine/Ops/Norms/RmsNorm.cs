using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Normalisation by the root mean square (Zhang and Sennrich, 2019) over the last axis: x / √(mean(x²) + epsilon) · weight.</summary>
    /// <param name="weight">As long as the last axis.</param>
    /// <exception cref="ShapeException">There is no axis, or the weight does not fit.</exception>
    /// <exception cref="DTypeException">The weights are neither of this type nor f32 beside a half type.</exception>
    public Tensor RmsNorm(Tensor? weight = null, double epsilon = 1e-6)
        => weight is null ? Op.Apply(new RmsNormOp(epsilon, false), this) : Op.Apply(new RmsNormOp(epsilon, true), this, weight);
}

sealed class RmsNormOp(double epsilon, bool hasWeight) : Op
{
    Tensor? _x, _weight, _rstd;

    public override string Name => "rms_norm";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = RowNorms.Require(Name, inputs, out var rows);
        var weight = hasWeight ? inputs[1].ContiguousValues() : null;
        Tensor y = Tensor.Empty(x.Shape, x.DType, x.Device), rstd = Tensor.Empty(rows, x.DType.Accumulator(), x.Device);
        x.Device.RmsNormForward(x, weight, y, rstd, epsilon);
        (_x, _rstd) = (Save(x), Save(rstd));
        _weight = weight is null ? null : Save(weight);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!;
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        bool accumulate = false;
        var dWeight = hasWeight && into.Needs(1) ? into.Buffer(1, out accumulate) : null;
        x.Device.RmsNormBackward(x, _weight, _rstd!, dy, dx, dWeight, accumulate);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>Rows of the last axis of contiguous x; rstd holds one element for each.</summary>
    internal abstract void RmsNormForward(Tensor x, Tensor? weight, Tensor y, Tensor rstd, double epsilon);

    internal abstract void RmsNormBackward(Tensor x, Tensor? weight, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight, bool accumulate);
}

public sealed partial class CpuDevice
{
    internal override void RmsNormForward(Tensor x, Tensor? weight, Tensor y, Tensor rstd, double epsilon)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => RmsNormCpu.Forward<T>(Pool, x.Span<T>(), Optional<T>(weight), y.Span<T>(), rstd.Span<T>(), (int)rstd.Shape.Length, x.Shape[-1],
                epsilon);
    }

    internal override void RmsNormBackward(Tensor x, Tensor? weight, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight, bool accumulate)
    {
        int rows = (int)rstd.Shape.Length, width = x.Shape[-1];
        var workspace = Tensor.Empty([RmsNormCpu.WorkspaceLength(rows, width)], x.DType, this);
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => RmsNormCpu.Backward<T>(Pool, x.Span<T>(), Optional<T>(weight), rstd.Span<T>(), dy.Span<T>(), dx.Span<T>(), Optional<T>(dWeight),
                workspace.Span<T>(), rows, width, accumulate);
    }
}
