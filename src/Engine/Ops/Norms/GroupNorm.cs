using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Group normalisation (Wu and He, 2018) of channels-last images:
    /// act(((x − mean) / √(variance + epsilon) · weight + bias) · (1 + scale) + shift), statistics per sample and group of channels.
    /// </summary>
    /// <param name="groups">Divides the channels.</param>
    /// <param name="weight">(C)</param>
    /// <param name="bias">(C)</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="scale">(N, C)</param>
    /// <param name="shift">(N, C); given exactly when <paramref name="scale"/> is.</param>
    /// <returns>This shape, (N, …, C).</returns>
    /// <exception cref="ShapeException">The groups do not divide the channels, or an operand does not fit.</exception>
    /// <exception cref="DTypeException">A pair of operands is neither of this type nor f32 beside a half type.</exception>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5, bool silu = false,
        Tensor? scale = null, Tensor? shift = null)
    {
        if (weight is null != bias is null || scale is null != shift is null)
            throw new ShapeException("group_norm", "weight and bias, and scale and shift, come in pairs", "both or neither", "one");
        var op = new GroupNormOp(groups, epsilon, silu, weight is not null, scale is not null);
        return (weight, scale) switch
        {
            (null, null) => Op.Apply(op, this),
            (null, _) => Op.Apply(op, this, scale, shift!),
            (_, null) => Op.Apply(op, this, weight, bias!),
            _ => Op.Apply(op, this, weight, bias!, scale, shift!),
        };
    }
}

sealed class GroupNormOp(int groups, double epsilon, bool silu, bool hasWeight, bool hasScale) : Op
{
    Tensor? _x, _mean, _rstd;
    GroupNormOperands _operands;
    GroupNormSizes _sizes;

    public override string Name => "group_norm";

    int ScaleInput => hasWeight ? 3 : 1;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs[0]);
        if (hasWeight)
            RowNorms.RequireWeights(Name, inputs[0], inputs[1], inputs[2]);
        if (hasScale)
            RowNorms.RequireWeights(Name, inputs[0], inputs[ScaleInput], inputs[ScaleInput + 1]);
        var x = inputs[0].ContiguousValues();
        if (x.Shape.Rank < 2)
            throw new ShapeException(Name, "takes samples of channels", "(N, …, C)", x.Shape.ToString());
        int samples = x.Shape[0], channels = x.Shape[-1];
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ShapeException(Name, $"the channels divide into {groups} groups", $"a multiple of {groups} channels", x.Shape.ToString());
        int pixels = 1;
        for (int axis = 1; axis < x.Shape.Rank - 1; axis++)
            pixels *= x.Shape[axis];
        _sizes = new(samples, pixels, channels, groups);
        if (hasWeight)
        {
            Operands.RequireShape(Name, inputs[1], [channels], "weight");
            Operands.RequireShape(Name, inputs[2], [channels], "bias");
        }
        if (hasScale)
        {
            Operands.RequireShape(Name, inputs[ScaleInput], [samples, channels], "scale");
            Operands.RequireShape(Name, inputs[ScaleInput + 1], [samples, channels], "shift");
        }
        var given = new GroupNormOperands(Values(inputs, 1, hasWeight), Values(inputs, 2, hasWeight),
            Values(inputs, ScaleInput, hasScale), Values(inputs, ScaleInput + 1, hasScale));
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        Tensor mean = Tensor.Empty([samples, groups], x.DType.Accumulator(), x.Device),
            rstd = Tensor.Empty([samples, groups], x.DType.Accumulator(), x.Device);
        x.Device.GroupNormForward(x, given, y, mean, rstd, _sizes, epsilon, silu);
        (_x, _mean, _rstd) = (Save(x), Save(mean), Save(rstd));
        _operands = new(SaveIf(given.Weight), SaveIf(given.Bias), SaveIf(given.Scale), SaveIf(given.Shift));
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!;
        bool accumulateWeight = false, accumulateBias = false;
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        var dWeight = hasWeight && into.Needs(1) ? into.Buffer(1, out accumulateWeight) : null;
        var dBias = hasWeight && into.Needs(2) ? into.Buffer(2, out accumulateBias) : null;
        var dScale = hasScale && into.Needs(ScaleInput) ? Tensor.Empty(_operands.Scale!.Shape, _operands.Scale.DType, x.Device) : null;
        var dShift = hasScale && into.Needs(ScaleInput + 1) ? Tensor.Empty(_operands.Shift!.Shape, _operands.Shift.DType, x.Device) : null;
        x.Device.GroupNormBackward(x, _operands, _mean!, _rstd!, dy, dx, new(dWeight, dBias, dScale, dShift), _sizes, silu, accumulateWeight,
            accumulateBias);
        into.Add(0, dx);
        if (dScale is not null)
            into.Add(ScaleInput, dScale);
        if (dShift is not null)
            into.Add(ScaleInput + 1, dShift);
    }

    Tensor? SaveIf(Tensor? tensor) => tensor is null ? null : Save(tensor);

    static Tensor? Values(ReadOnlySpan<Tensor> inputs, int at, bool given) => given ? inputs[at].ContiguousValues() : null;
}

/// <summary>What follows a normalisation, or the gradients of that: (C), (C), (N, C), (N, C).</summary>
readonly record struct GroupNormOperands(Tensor? Weight, Tensor? Bias, Tensor? Scale, Tensor? Shift);

public abstract partial class Device
{
    internal abstract void GroupNormForward(Tensor x, GroupNormOperands operands, Tensor y, Tensor mean, Tensor rstd, GroupNormSizes sizes,
        double epsilon, bool silu);

    internal abstract void GroupNormBackward(Tensor x, GroupNormOperands operands, Tensor mean, Tensor rstd, Tensor dy, Tensor dx,
        GroupNormOperands gradients, GroupNormSizes sizes, bool silu, bool accumulateWeight, bool accumulateBias);
}

public sealed partial class CpuDevice
{
    internal override void GroupNormForward(Tensor x, GroupNormOperands operands, Tensor y, Tensor mean, Tensor rstd, GroupNormSizes sizes,
        double epsilon, bool silu)
    {
        var workspace = Tensor.Empty([GroupNormCpu.ForwardWorkspace(sizes)], x.DType, this);
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => GroupNormCpu.Forward<T>(Pool, x.Span<T>(), Optional<T>(operands.Weight), Optional<T>(operands.Bias), Optional<T>(operands.Scale),
                Optional<T>(operands.Shift), y.Span<T>(), mean.Span<T>(), rstd.Span<T>(), workspace.Span<T>(), sizes, epsilon, silu);
    }

    internal override void GroupNormBackward(Tensor x, GroupNormOperands operands, Tensor mean, Tensor rstd, Tensor dy, Tensor dx,
        GroupNormOperands gradients, GroupNormSizes sizes, bool silu, bool accumulateWeight, bool accumulateBias)
    {
        var workspace = Tensor.Empty([GroupNormCpu.BackwardWorkspace(sizes)], x.DType, this);
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => GroupNormCpu.Backward<T>(Pool, x.Span<T>(), Optional<T>(operands.Weight), Optional<T>(operands.Bias), Optional<T>(operands.Scale),
                Optional<T>(operands.Shift), mean.Span<T>(), rstd.Span<T>(), dy.Span<T>(), dx.Span<T>(), Optional<T>(gradients.Weight),
                Optional<T>(gradients.Bias), Optional<T>(gradients.Scale), Optional<T>(gradients.Shift), workspace.Span<T>(), sizes, silu,
                accumulateWeight, accumulateBias);
    }

    /// <summary>The elements of an operand that may be missing; then none.</summary>
    static Span<T> Optional<T>(Tensor? operand) where T : unmanaged => operand is null ? [] : operand.Span<T>();
}
