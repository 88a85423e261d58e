using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Layer normalisation (Ba et al., 2016) over the last axis: (x − mean) / √(variance + epsilon) · weight + bias, with the plain variance.
    /// </summary>
    /// <param name="weight">As long as the last axis.</param>
    /// <param name="bias">As long as the last axis.</param>
    /// <exception cref="ShapeException">There is no axis, or an operand does not fit.</exception>
    /// <exception cref="DTypeException">The weights are neither of this type nor f32 beside a half type.</exception>
    public Tensor LayerNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
    {
        var op = new LayerNormOp(epsilon, weight is not null, bias is not null);
        return (weight, bias) switch
        {
            (null, null) => Op.Apply(op, this),
            (null, _) => Op.Apply(op, this, bias),
            (_, null) => Op.Apply(op, this, weight),
            _ => Op.Apply(op, this, weight, bias),
        };
    }
}

sealed class LayerNormOp(double epsilon, bool hasWeight, bool hasBias) : Op
{
    Tensor? _x, _weight, _mean, _rstd;

    public override string Name => "layer_norm";

    int BiasInput => hasWeight ? 2 : 1;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = RowNorms.Require(Name, inputs, out var rows);
        var weight = hasWeight ? inputs[1].ContiguousValues() : null;
        var bias = hasBias ? inputs[BiasInput].ContiguousValues() : null;
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        Tensor mean = Tensor.Empty(rows, x.DType.Accumulator(), x.Device), rstd = Tensor.Empty(rows, x.DType.Accumulator(), x.Device);
        x.Device.LayerNormForward(x, weight, bias, y, mean, rstd, epsilon);
        (_x, _mean, _rstd) = (Save(x), Save(mean), Save(rstd));
        _weight = weight is null ? null : Save(weight);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var x = _x!;
        var dx = Tensor.Empty(x.Shape, x.DType, x.Device);
        bool accumulate = false;
        var dWeight = hasWeight && into.Needs(1) ? into.Buffer(1, out accumulate) : null;
        Tensor? dBias = null;
        if (hasBias && into.Needs(BiasInput))
        {
            dBias = into.Buffer(BiasInput, out bool accumulateBias);
            RowNorms.Agree(dWeight, ref accumulate, dBias, accumulateBias);
        }
        x.Device.LayerNormBackward(x, _weight, _mean!, _rstd!, dy, dx, dWeight, dBias, accumulate);
        into.Add(0, dx);
    }
}

/// <summary>What the normalisations of rows share.</summary>
static class RowNorms
{
    /// <summary>The contiguous input, after checking that every other operand is as long as its last axis.</summary>
    internal static Tensor Require(string op, ReadOnlySpan<Tensor> inputs, out Shape rows)
    {
        Operands.RequireCompute(op, inputs[0]);
        var x = inputs[0];
        RequireWeights(op, x, inputs[1..]);
        if (x.Shape.Rank == 0)
            throw new ShapeException(op, "works along the last axis", "at least 1 axis", x.Shape.ToString());
        foreach (var operand in inputs[1..])
            Operands.RequireShape(op, operand, [x.Shape[-1]], "weight or bias");
        rows = Shape.Create(x.Shape.ToArray().AsSpan(0, x.Shape.Rank - 1));
        return x.ContiguousValues();
    }

    /// <summary>Weights of one type, which is the input's or f32 beside a half type.</summary>
    internal static void RequireWeights(string op, Tensor x, params ReadOnlySpan<Tensor> weights)
    {
        foreach (var weight in weights)
        {
            Operands.RequireWeight(op, x, weight);
            if (weight.DType != weights[0].DType)
                throw new DTypeException(op, "takes a pair of weights of one type", weights[0].DType.Label(), weight.DType.Label());
        }
    }

    /// <summary>Kernels add to both gradients or to neither: a fresh one beside one to be added to starts from zero.</summary>
    internal static void Agree(Tensor? dWeight, ref bool accumulate, Tensor dBias, bool accumulateBias)
    {
        if (dWeight is null)
        {
            accumulate = accumulateBias;
        }
        else if (accumulate != accumulateBias)
        {
            var fresh = accumulate ? dBias : dWeight;
            fresh.Device.Fill(fresh, 0);
            accumulate = true;
        }
    }
}

public abstract partial class Device
{
    /// <summary>Rows of the last axis of contiguous x; mean and rstd hold one element for each.</summary>
    internal abstract void LayerNormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor mean, Tensor rstd, double epsilon);

    internal abstract void LayerNormBackward(Tensor x, Tensor? weight, Tensor mean, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight,
        Tensor? dBias, bool accumulate);
}

public sealed partial class CpuDevice
{
    internal override void LayerNormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor mean, Tensor rstd, double epsilon)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => LayerNormCpu.Forward<T>(Pool, x.Span<T>(), Optional<T>(weight), Optional<T>(bias), y.Span<T>(), mean.Span<T>(), rstd.Span<T>(),
                (int)rstd.Shape.Length, x.Shape[-1], epsilon);
    }

    internal override void LayerNormBackward(Tensor x, Tensor? weight, Tensor mean, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight,
        Tensor? dBias, bool accumulate)
    {
        int rows = (int)rstd.Shape.Length, width = x.Shape[-1];
        var workspace = Tensor.Empty([LayerNormCpu.WorkspaceLength(rows, width)], x.DType, this);
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => LayerNormCpu.Backward<T>(Pool, x.Span<T>(), Optional<T>(weight), mean.Span<T>(), rstd.Span<T>(), dy.Span<T>(), dx.Span<T>(),
                Optional<T>(dWeight), Optional<T>(dBias), workspace.Span<T>(), rows, width, accumulate);
    }
}
