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
    /// <returns>A single number, f32 where this is of a half type; 0 where no row counts.</returns>
    /// <remarks>Under CUDA, where nobody waits for the targets, one that is no class makes the loss NaN, and the exception comes where the host
    /// waits next.</remarks>
    /// <exception cref="ShapeException">The targets have another shape.</exception>
    /// <exception cref="SutiException">A target is no class.</exception>
    public Tensor CrossEntropy(Tensor targets, double smoothing = 0, long? ignore = null)
        => Op.Apply(new CrossEntropyOp(smoothing, ignore ?? CrossEntropyCpu.IgnoreNone), this, targets);
}

sealed class CrossEntropyOp(double smoothing, long ignore) : Op
{
    Tensor? _x, _logSumExp, _targets, _share;

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
        var type = x.DType.Accumulator();
        Tensor logSumExp = Tensor.Empty(rows, type, x.Device), share = Tensor.Empty(Shape.Scalar, type, x.Device),
            loss = Tensor.Empty(Shape.Scalar, type, x.Device);
        x.Device.CrossEntropy(x, targets, loss, share, logSumExp, smoothing, ignore);
        (_x, _logSumExp, _targets, _share) = (Save(x), Save(logSumExp), Save(targets), Save(share));
        return loss;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(_x!.Shape, _x.DType, dy.Device);
        dy.Device.CrossEntropyBackward(_x, _logSumExp!, _targets!, dy, _share!, dx, smoothing, ignore);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>The mean loss of rows of the last axis; targets are i64.</summary>
    /// <param name="loss">A single number.</param>
    /// <param name="share">A single number: of one row in the mean, 0 where no row counts.</param>
    /// <param name="logSumExp">One for each row.</param>
    internal abstract void CrossEntropy(Tensor x, Tensor targets, Tensor loss, Tensor share, Tensor logSumExp, double smoothing, long ignore);

    /// <param name="dLoss">A single number.</param>
    internal abstract void CrossEntropyBackward(Tensor x, Tensor logSumExp, Tensor targets, Tensor dLoss, Tensor share, Tensor dx,
        double smoothing, long ignore);
}

public sealed partial class CpuDevice
{
    internal override void CrossEntropy(Tensor x, Tensor targets, Tensor loss, Tensor share, Tensor logSumExp, double smoothing, long ignore)
    {
        var classes = targets.Span<long>();
        RequireClasses(classes, x.Shape[-1], ignore);
        var losses = Tensor.Empty(targets.Shape, x.DType, this);
        if (x.DType == DType.Float64)
            Run<double>(classes);
        else
            Run<float>(classes);

        void Run<T>(ReadOnlySpan<long> targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            CrossEntropyCpu.Forward<T, long>(Pool, x.Span<T>(), targets, losses.Span<T>(), logSumExp.Span<T>(), x.Shape[-1], smoothing, ignore);
            int counted = CrossEntropyCpu.Counted(targets, ignore);
            T part = T.CreateTruncating(counted == 0 ? 0 : 1.0 / counted);
            share.Span<T>()[0] = part;
            ReduceCpu.Sum<T>(Pool, losses.Span<T>(), loss.Span<T>(), new(1, targets.Length, 1));
            loss.Span<T>()[0] *= part;
        }
    }

    internal override void CrossEntropyBackward(Tensor x, Tensor logSumExp, Tensor targets, Tensor dLoss, Tensor share, Tensor dx,
        double smoothing, long ignore)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => CrossEntropyCpu.Backward<T, long>(Pool, x.Span<T>(), logSumExp.Span<T>(), targets.Span<long>(), dLoss.Span<T>(), dx.Span<T>(),
                x.Shape[-1], double.CreateTruncating(share.Span<T>()[0]), smoothing, ignore);
    }

    static void RequireClasses(ReadOnlySpan<long> targets, int classes, long ignore)
    {
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] != ignore && (targets[row] < 0 || targets[row] >= classes))
                throw new SutiException("cross_entropy", $"target {row} is no class", $"a number from 0 to {classes - 1}", $"{targets[row]}");
        }
    }
}
