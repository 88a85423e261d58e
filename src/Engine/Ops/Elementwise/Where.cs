using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>a where the condition is true, else b, under NumPy's broadcasting of all three.</summary>
    /// <param name="condition">A bool tensor.</param>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The condition is not bool.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Op.Apply(new WhereOp(), condition, a, b);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, Tensor a, double b)
        => Where(condition, a, Scalar(b, a.DType, a.Device));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, double a, Tensor b)
        => Where(condition, Scalar(a, b.DType, b.Device), b);
}

sealed class WhereOp : Op
{
    Shape _aShape;
    Shape _bShape;
    Tensor? _condition;

    public override string Name => "where";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (condition, a, b) = (inputs[0], inputs[1], inputs[2]);
        Conditions.Require(Name, condition);
        Operands.RequireCompute(Name, a, b);
        (_aShape, _bShape) = (a.Shape, b.Shape);
        var shape = Broadcast.Common(Name, condition.Shape, Broadcast.Common(Name, a.Shape, b.Shape));
        var y = Tensor.Empty(shape, a.DType, a.Device);
        y.Device.Where(Broadcast.View(condition, shape, Name), Broadcast.View(a, shape, Name),
            Broadcast.View(b, shape, Name), y);
        _condition = Save(condition);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var da = into.Needs(1) ? Tensor.Empty(dy.Shape, dy.DType, dy.Device) : null;
        var db = into.Needs(2) ? Tensor.Empty(dy.Shape, dy.DType, dy.Device) : null;
        dy.Device.WhereBackward(Broadcast.View(_condition!, dy.Shape, Name), dy, da, db);
        if (da is not null)
            into.Add(1, Broadcast.SumTo(da, _aShape));
        if (db is not null)
            into.Add(2, Broadcast.SumTo(db, _bShape));
    }
}

public abstract partial class Device
{
    /// <summary>y = a or b by the condition; the inputs are views of the shape of y, which is contiguous.</summary>
    internal abstract void Where(Tensor condition, Tensor a, Tensor b, Tensor y);

    /// <summary>da = dy where the condition is true, else 0; db the other way round; null where not wanted.</summary>
    internal abstract void WhereBackward(Tensor condition, Tensor dy, Tensor? da, Tensor? db);
}

public sealed partial class CpuDevice
{
    internal override void Where(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<long> cSteps = stackalloc long[Shape.MaxRank];
            Span<long> aSteps = stackalloc long[Shape.MaxRank], bSteps = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            condition.Strides.CopyTo(cSteps);
            int rank = Layout(a, b, sizes, aSteps, bSteps);
            ElementwiseCpu.Where<T>(Pool, condition.StridedSpan<byte>(), a.StridedSpan<T>(), b.StridedSpan<T>(),
                y.Span<T>(), sizes[..rank], cSteps[..rank], aSteps[..rank], bSteps[..rank]);
        }
    }

    internal override void WhereBackward(Tensor condition, Tensor dy, Tensor? da, Tensor? db)
    {
        if (dy.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<long> steps = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            condition.Strides.CopyTo(steps);
            condition.Shape.CopyTo(sizes);
            int rank = condition.Shape.Rank;
            ElementwiseCpu.WhereBackward<T>(Pool, condition.StridedSpan<byte>(), dy.Span<T>(),
                da is null ? [] : da.Span<T>(), db is null ? [] : db.Span<T>(), sizes[..rank], steps[..rank]);
        }
    }
}
