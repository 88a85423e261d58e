using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// The mean over rows of −log softmax(x)[target]. With smoothing ε the target is 1 − ε on the class and ε spread evenly over all classes
    /// (Szegedy et al., 2016, section 7).
    /// </summary>
    /// <param name="targets">One class number for each row, i64 or i32, of the shape without the last axis.</param>
    /// <param name="smoothing">At least 0, below 1.</param>
    /// <param name="ignore">Rows with this number count for nothing.</param>
    /// <returns>A single number; 0 where no row counts.</returns>
    /// <exception cref="ShapeException">The targets have another shape.</exception>
    /// <exception cref="SutiException">A target is no class.</exception>
    public Tensor CrossEntropy(Tensor targets, double smoothing = 0, long? ignore = null)
        => Op.Apply(new CrossEntropyOp(smoothing, ignore ?? CrossEntropyCpu.IgnoreNone), this, targets);
}

sealed class CrossEntropyOp(double smoothing, long ignore) : Op
{
    Tensor? _x, _logSumExp, _targets;

    public override string Name => "cross_entropy";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs[0]);
        Operands.RequireIndex(Name, inputs[1]);
        if (inputs[0].Shape.Rank == 0)
            throw new ShapeException(Name, "takes rows of classes", "(…, classes)", inputs[0].Shape.ToString());
        if (!(smoothing is >= 0 and < 1))
            throw new SutiException(Name, "smoothing is a share", "0 or more and below 1", $"{smoothing}");
        Tensor x = inputs[0].ContiguousValues(), targets = inputs[1].ContiguousValues().Cast(DType.Int64);
        var rows = Shape.Create(x.Shape.ToArray().AsSpan(0, x.Shape.Rank - 1));
        Operands.RequireShape(Name, targets, rows);
        RequireClasses(targets, x.Shape[-1]);
        Tensor losses = Tensor.Empty(rows, x.DType, x.Device), logSumExp = Tensor.Empty(rows, x.DType, x.Device);
        x.Device.CrossEntropy(x, targets, losses, logSumExp, smoothing, ignore);
        (_x, _logSumExp, _targets) = (Save(x), Save(logSumExp), Save(targets));
        return losses.Sum() * Share(targets);
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(_x!.Shape, dy.DType, dy.Device);
        dy.Device.CrossEntropyBackward(_x, _logSumExp!, _targets!, dy, dx, Share(_targets!), smoothing, ignore);
        into.Add(0, dx);
    }

    double Share(Tensor targets)
    {
        int counted = 0;
        foreach (long target in targets.ToArray<long>())
            counted += target == ignore ? 0 : 1;
        return counted == 0 ? 0 : 1.0 / counted;
    }

    void RequireClasses(Tensor targets, int classes)
    {
        long[] values = targets.ToArray<long>();
        int wrong = Array.FindIndex(values, target => target != ignore && (target < 0 || target >= classes));
        if (wrong >= 0)
            throw new SutiException(Name, $"target {wrong} is no class", $"a number from 0 to {classes - 1}", $"{values[wrong]}");
    }
}

public abstract partial class Device
{
    /// <summary>Losses of rows of the last axis; targets are i64.</summary>
    internal abstract void CrossEntropy(Tensor x, Tensor targets, Tensor losses, Tensor logSumExp, double smoothing, long ignore);

    /// <param name="dLoss">A single number.</param>
    internal abstract void CrossEntropyBackward(Tensor x, Tensor logSumExp, Tensor targets, Tensor dLoss, Tensor dx, double scale,
        double smoothing, long ignore);
}

public sealed partial class CpuDevice
{
    internal override void CrossEntropy(Tensor x, Tensor targets, Tensor losses, Tensor logSumExp, double smoothing, long ignore)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => CrossEntropyCpu.Forward<T, long>(Pool, x.Span<T>(), targets.Span<long>(), losses.Span<T>(), logSumExp.Span<T>(),
                x.Shape[-1], smoothing, ignore);
    }

    internal override void CrossEntropyBackward(Tensor x, Tensor logSumExp, Tensor targets, Tensor dLoss, Tensor dx, double scale,
        double smoothing, long ignore)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => CrossEntropyCpu.Backward<T, long>(Pool, x.Span<T>(), logSumExp.Span<T>(), targets.Span<long>(), dLoss.Span<T>(), dx.Span<T>(),
                x.Shape[-1], scale, smoothing, ignore);
    }
}
