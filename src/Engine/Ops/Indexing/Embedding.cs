using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The rows of this table (rows, width) that <paramref name="ids"/> name.</summary>
    /// <param name="ids">Any shape, i32 or i64.</param>
    /// <returns>(…, width) for ids (…).</returns>
    /// <exception cref="ShapeException">This is no table.</exception>
    /// <exception cref="DTypeException">The ids are not whole numbers, or the table is neither f32 nor f64.</exception>
    /// <exception cref="SutiException">An id outside the table.</exception>
    public Tensor Embedding(Tensor ids) => Op.Apply(new EmbeddingOp(), this, ids);

    /// <summary>
    /// The slices of an axis that <paramref name="ids"/> (one axis, i32 or i64) name, in their order.
    /// </summary>
    /// <returns>This shape with as many slices as there are ids.</returns>
    /// <exception cref="ShapeException">No such axis, or ids of several axes.</exception>
    /// <exception cref="SutiException">An id outside the axis.</exception>
    public Tensor IndexSelect(int axis, Tensor ids)
    {
        Operands.RequireRank("index_select", ids, 1);
        int at = Shape.Axis(axis);
        int[] order = [at, .. Enumerable.Range(0, Shape.Rank).Where(i => i != at)];
        int[] back = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            back[order[i]] = i;
        var front = Permute(order);
        int[] rest = front.Shape.ToArray()[1..];
        int width = 1;
        foreach (int length in rest)
            width = checked(width * length);
        return front.Reshape(Shape[at], width).Embedding(ids).Reshape([ids.Shape[0], .. rest]).Permute(back);
    }
}

sealed class EmbeddingOp : Op
{
    Tensor? _ids;

    public override string Name => "embedding";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (table, ids) = (inputs[0], inputs[1]);
        Operands.RequireCompute(Name, table);
        Operands.RequireIndex(Name, ids);
        Operands.RequireRank(Name, table, 2);
        if (ids.Shape.Rank == Shape.MaxRank)
            throw new ShapeException(Name, "the result has one axis more than the ids",
                $"at most {Shape.MaxRank - 1} axes", ids.Shape.ToString());
        var y = Tensor.Empty([.. ids.Shape, table.Shape[1]], table.DType, table.Device);
        var positions = ids.ContiguousValues();
        long bad = table.Device.GatherRows(table.ContiguousValues(), positions, y);
        if (bad >= 0)
            throw new SutiException(Name, "an id lies outside the table", $"0 to {table.Shape[0] - 1}",
                $"{positions.Flatten().Slice(0, (int)bad, 1).Item()} at position {bad}");
        _ids = Save(positions);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dTable = into.Buffer(0, out bool accumulate);
        if (!accumulate)
            dTable.Device.Fill(dTable, 0);
        dy.Device.ScatterRows(dy, _ids!, dTable);
    }
}

public abstract partial class Device
{
    /// <summary>y[i] = table[ids[i]], row by row; contiguous.</summary>
    /// <returns>The position of the first id outside the table, or −1.</returns>
    internal abstract long GatherRows(Tensor table, Tensor ids, Tensor y);

    /// <summary>dTable[ids[i]] += dy[i], in the order of i; contiguous.</summary>
    internal abstract void ScatterRows(Tensor dy, Tensor ids, Tensor dTable);
}

public sealed partial class CpuDevice
{
    internal override long GatherRows(Tensor table, Tensor ids, Tensor y)
    {
        return (table.DType, ids.DType) switch
        {
            (DType.Float64, DType.Int64) => Run<double, long>(),
            (DType.Float64, _) => Run<double, int>(),
            (_, DType.Int64) => Run<float, long>(),
            _ => Run<float, int>(),
        };

        long Run<T, TIndex>() where T : unmanaged where TIndex : unmanaged, IBinaryInteger<TIndex>
            => GatherCpu.Rows<T, TIndex>(Pool, table.Span<T>(), ids.Span<TIndex>(), y.Span<T>(), table.Shape[0],
                table.Shape[1]);
    }

    internal override void ScatterRows(Tensor dy, Tensor ids, Tensor dTable)
    {
        _ = (dy.DType, ids.DType) switch
        {
            (DType.Float64, DType.Int64) => Run<double, long>(),
            (DType.Float64, _) => Run<double, int>(),
            (_, DType.Int64) => Run<float, long>(),
            _ => Run<float, int>(),
        };

        int Run<T, TIndex>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TIndex : unmanaged, IBinaryInteger<TIndex>
            => GatherCpu.RowsBackward<T, TIndex>(Pool, dy.Span<T>(), ids.Span<TIndex>(), dTable.Span<T>(),
                dTable.Shape[0], dTable.Shape[1]);
    }
}
