using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// y[…, i, …] = x[…, indices[…, i, …], …]: along <paramref name="axis"/> each element names the one it wants.
    /// </summary>
    /// <param name="indices">
    /// As many axes as this tensor, i32 or i64; on other axes at most as long, and only so much of them is read.
    /// </param>
    /// <returns>The shape of the indices.</returns>
    /// <exception cref="ShapeException">The indices have another number of axes or are longer than this tensor on
    /// another axis.</exception>
    /// <exception cref="DTypeException">The indices are not whole numbers, or this is neither f32 nor f64.</exception>
    /// <exception cref="SutiException">An index outside the axis.</exception>
    public Tensor Gather(int axis, Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        Operands.RequireRank("gather", indices, Shape.Rank);
        int at = Shape.Axis(axis);
        var x = this;
        for (int other = 0; other < Shape.Rank; other++)
        {
            if (other == at || indices.Shape[other] == Shape[other])
                continue;
            if (indices.Shape[other] > Shape[other])
                throw new ShapeException("gather", $"on axes other than {at} the indices are at most as long",
                    Shape.ToString(), indices.Shape.ToString());
            x = x.Slice(other, 0, indices.Shape[other]);
        }
        return Op.Apply(new GatherOp(at), x, indices);
    }
}

sealed class GatherOp(int axis) : Op
{
    Tensor? _indices;

    public override string Name => "gather";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (x, indices) = (inputs[0], inputs[1].ContiguousValues());
        Operands.RequireCompute(Name, x);
        Operands.RequireIndex(Name, indices);
        var y = Tensor.Empty(indices.Shape, x.DType, x.Device);
        long bad = x.Device.GatherAlong(x.ContiguousValues(), indices, y, axis);
        if (bad >= 0)
            throw new SutiException(Name, $"an index lies outside axis {axis}", $"0 to {x.Shape[axis] - 1}",
                $"{indices.Flatten().Slice(0, (int)bad, 1).Item()} at position {bad}");
        _indices = Save(indices);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = into.Buffer(0, out bool accumulate);
        if (!accumulate)
            dx.Device.Fill(dx, 0);
        dy.Device.ScatterAlong(dy, _indices!, dx, axis);
    }
}

public abstract partial class Device
{
    /// <summary>y[o, k, i] = x[o, indices[o, k, i], i] with k along the axis; contiguous.</summary>
    /// <returns>The position of the first index outside the axis, or −1.</returns>
    internal abstract long GatherAlong(Tensor x, Tensor indices, Tensor y, int axis);

    /// <summary>dx[o, indices[o, k, i], i] += dy[o, k, i], in the order of k; contiguous.</summary>
    internal abstract void ScatterAlong(Tensor dy, Tensor indices, Tensor dx, int axis);
}

public sealed partial class CpuDevice
{
    internal override long GatherAlong(Tensor x, Tensor indices, Tensor y, int axis)
    {
        return (x.DType, indices.DType) switch
        {
            (DType.Float64, DType.Int64) => Run<double, long>(),
            (DType.Float64, _) => Run<double, int>(),
            (_, DType.Int64) => Run<float, long>(),
            _ => Run<float, int>(),
        };

        long Run<T, TIndex>() where T : unmanaged where TIndex : unmanaged, IBinaryInteger<TIndex>
            => GatherCpu.Along<T, TIndex>(Pool, x.Span<T>(), indices.Span<TIndex>(), y.Span<T>(), Along(x.Shape,
                y.Shape, axis));
    }

    internal override void ScatterAlong(Tensor dy, Tensor indices, Tensor dx, int axis)
    {
        _ = (dy.DType, indices.DType) switch
        {
            (DType.Float64, DType.Int64) => Run<double, long>(),
            (DType.Float64, _) => Run<double, int>(),
            (_, DType.Int64) => Run<float, long>(),
            _ => Run<float, int>(),
        };

        int Run<T, TIndex>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TIndex : unmanaged, IBinaryInteger<TIndex>
            => GatherCpu.AlongBackward<T, TIndex>(Pool, dy.Span<T>(), indices.Span<TIndex>(), dx.Span<T>(),
                Along(dx.Shape, dy.Shape, axis));
    }

    static GatherShape Along(Shape x, Shape y, int axis)
    {
        int outer = 1, inner = 1;
        for (int i = 0; i < axis; i++)
            outer = checked(outer * y[i]);
        for (int i = axis + 1; i < y.Rank; i++)
            inner = checked(inner * y[i]);
        return new(outer, x[axis], y[axis], inner);
    }
}
