using System.Globalization;
using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Sets each element to 0 with the given probability and divides the others by 1 − probability, so that the mean
    /// stays. The first axis counts samples. Source: Srivastava et al., Dropout (2014), section 10, scaled in training.
    /// </summary>
    /// <param name="probability">Of an element to be dropped, from 0 to 1.</param>
    /// <param name="key">Decides which; the gradient draws the same again, so no mask is stored.</param>
    /// <param name="firstSample">Number of the first sample, as in <see cref="Normal"/>.</param>
    /// <exception cref="SutiException">The probability is not between 0 and 1.</exception>
    /// <exception cref="DTypeException">Neither f32 nor f64.</exception>
    public Tensor Dropout(double probability, RandomKey key, uint firstSample = 0)
    {
        if (!(probability is >= 0 and <= 1))
            throw new SutiException("dropout", "the probability lies between 0 and 1", "0 to 1",
                probability.ToString(CultureInfo.InvariantCulture));
        return probability == 0 ? this : Op.Apply(new DropoutOp(probability, key.Source(firstSample, "dropout")), this);
    }
}

sealed class DropoutOp(double probability, PhiloxSource source) : Op
{
    public override string Name => "dropout";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        inputs[0].Device.RefuseInCapture("dropout"); // every launch would drop the same
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.Dropout(x, y, source, probability);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(dy.Shape, dy.DType, dy.Device);
        dy.Device.Dropout(dy, dx, source, probability);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>y = x · mask / (1 − p), contiguous, with the mask of <paramref name="source"/>.</summary>
    internal abstract void Dropout(Tensor x, Tensor y, PhiloxSource source, double probability);
}

public sealed partial class CpuDevice
{
    internal override void Dropout(Tensor x, Tensor y, PhiloxSource source, double probability)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => PhiloxCpu.Dropout<T>(Pool, source, x.Span<T>(), y.Span<T>(), Tensor.ElementsPerSample(x.Shape),
                probability);
    }
}
