using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The largest element, a scalar; NaN if any is. Of equal ones the first takes the gradient.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor Max() => AxisRun.FoldAll(this, run => new MaxOp(run));

    /// <summary>
    /// The largest element along one axis; NaN if any is. Of equal ones the first takes the gradient.
    /// </summary>
    /// <param name="keepAxes">Whether the axis stays, with length 1.</param>
    /// <exception cref="ShapeException">There is no such axis, or its length is 0.</exception>
    public Tensor Max(int axis, bool keepAxes = false) => Max([axis], keepAxes);

    /// <summary>The largest element along several axes.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor Max(ReadOnlySpan<int> axes, bool keepAxes = false)
        => AxisRun.Fold("max", this, axes, keepAxes, run => new MaxOp(run));

    /// <summary>The smallest element, a scalar; NaN if any is.</summary>
    /// <inheritdoc cref="Max()"/>
    public Tensor Min() => -(-this).Max();

    /// <summary>The smallest element along one axis; NaN if any is.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor Min(int axis, bool keepAxes = false) => Min([axis], keepAxes);

    /// <summary>The smallest element along several axes.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor Min(ReadOnlySpan<int> axes, bool keepAxes = false) => -(-this).Max(axes, keepAxes);

    /// <summary>Where the largest element lies along an axis; the first of equal ones, and of NaN the first.</summary>
    /// <returns>i64.</returns>
    /// <exception cref="ShapeException">There is no such axis, or its length is 0.</exception>
    public Tensor ArgMax(int axis, bool keepAxes = false)
        => AxisRun.Fold("arg_max", this, [axis], keepAxes, run => new ArgMaxOp(run));

    /// <summary>The row-major number of the largest element.</summary>
    /// <inheritdoc cref="ArgMax(int, bool)"/>
    public Tensor ArgMax() => AxisRun.FoldAll(this, run => new ArgMaxOp(run));
}

sealed class MaxOp(AxisRun run) : Op
{
    Shape _shape;
    Tensor? _indices;

    public override string Name => "max";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (y, indices) = Largest(Name, inputs[0], run);
        _shape = inputs[0].Shape;
        _indices = Save(indices);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(_shape, dy.DType, dy.Device);
        dy.Device.MaxBackward(dy, _indices!, dx, run);
        into.Add(0, dx);
    }

    internal static (Tensor Y, Tensor Indices) Largest(string op, Tensor x, AxisRun run)
    {
        Operands.RequireCompute(op, x);
        var shape = run.Reduced(x.Shape);
        if (x.Shape.Length == 0 && shape.Length > 0)
            throw new ShapeException(op, "has no elements to choose from", "at least one along the axes",
                x.Shape.ToString());
        var values = x.ContiguousValues();
        var y = Tensor.Empty(shape, x.DType, x.Device);
        var indices = Tensor.Empty(shape, DType.Int32, x.Device);
        x.Device.Max(values, y, indices, run);
        return (y, indices);
    }
}

sealed class ArgMaxOp(AxisRun run) : Op
{
    public override string Name => "arg_max";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
        => MaxOp.Largest(Name, inputs[0], run).Indices.Cast(DType.Int64);

    protected internal override void Backward(Tensor dy, Gradients into) => throw Conditions.NotDifferentiable(Name);
}

public abstract partial class Device
{
    /// <summary>y = largest x over a run of axes, and its position (i32) along the run; contiguous tensors.</summary>
    internal abstract void Max(Tensor x, Tensor y, Tensor indices, AxisRun run);

    /// <summary>dx = dy at the indices, 0 elsewhere.</summary>
    internal abstract void MaxBackward(Tensor dy, Tensor indices, Tensor dx, AxisRun run);
}

public sealed partial class CpuDevice
{
    internal override void Max(Tensor x, Tensor y, Tensor indices, AxisRun run)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.Max<T>(Pool, x.Span<T>(), y.Span<T>(), indices.Span<int>(), run.Kernel(x.Shape));
    }

    internal override void MaxBackward(Tensor dy, Tensor indices, Tensor dx, AxisRun run)
    {
        if (dy.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ReduceCpu.MaxBackward<T>(Pool, dy.Span<T>(), indices.Span<int>(), dx.Span<T>(), run.Kernel(dx.Shape));
    }
}
