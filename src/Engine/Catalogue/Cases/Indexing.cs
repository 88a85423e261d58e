namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_embedding = Declare("embedding",
        LookedUp("repeated_ids", new([7, 5]), [3, 4]),
        LookedUp("wide_rows", new([3, 150]), [5]),
        LookedUp("many_ids", new([3, 16]), [300]),
        LookedUp("rows_wider_than_a_block", new([2, 1032]), [5]) with { GradientElements = 6 },
        LookedUp("one_row", new([1, 3]), [2, 2]),
        LookedUp("scalar_id", new([4, 3]), []),
        LookedUp("transposed_table", new([4, 3]) { Layout = InputLayout.Transposed }, [5]),
        LookedUp("no_ids", new([4, 3]), [2, 0]),
        LookedUp("no_width", new([4, 0]), [3]),
        new OpVariant("strided_ids", [new([4, 3]), Indices([6], 4) with { Layout = InputLayout.Strided }],
            t => t[0].Embedding(t[1]), LookUp),
        new OpVariant("ids_of_32_bits", [new([4, 3]), Indices([6], 4)], t => t[0].Embedding(t[1].Cast(DType.Int32)),
            LookUp),
        new OpVariant("table_used_twice", [new([4, 4]), Indices([3], 4)], t => t[0].Embedding(t[1]).MatMul(t[0]),
            a => Product(LookUp(a), a[0])));

    static readonly OpCase s_indexSelect = Declare("index_select",
        new OpVariant("middle_axis", [new([2, 4, 3]), Indices([5], 4)], t => t[0].IndexSelect(1, t[1]),
            a => NdArray.Build([2, 5, 3], i => a[0][i[0], (int)a[1][i[1]], i[2]])),
        new OpVariant("last_axis", [new([3, 4]) { Layout = InputLayout.Strided }, Indices([2], 4)],
            t => t[0].IndexSelect(-1, t[1]),
            a => NdArray.Build([3, 2], i => a[0][i[0], (int)a[1][i[1]]])),
        new OpVariant("no_ids", [new([3, 4]), Indices([0], 4)], t => t[0].IndexSelect(0, t[1]), _ => new([0, 4])));

    static readonly OpCase s_gather = Declare("gather",
        Gathered("first_axis", new([4, 3]), [6, 3], 0),
        Gathered("middle_axis", new([2, 5, 3]), [2, 4, 3], 1),
        Gathered("last_axis", new([3, 5]), [3, 7], 1),
        Gathered("shorter_elsewhere", new([3, 4, 5]), [2, 6, 3], 1),
        Gathered("transposed", new([4, 3]) { Layout = InputLayout.Transposed }, [2, 3], 0),
        Gathered("many_columns", new([2, 3, 4100]), [2, 4, 4100], 1) with { GradientElements = 6 },
        Gathered("single", new([1]), [1], 0),
        Gathered("no_indices", new([4, 3]), [0, 3], 0),
        Gathered("no_rows", new([0, 3]), [0, 2], 1),
        new OpVariant("used_outside_too", [new([4, 3]), Indices([4, 3], 4)], t => t[0].Gather(0, t[1]) + t[0],
            a => NdArray.Build([4, 3], i => Take(a[0], a[1], 0)[i] + a[0][i])),
        new OpVariant("indices_of_32_bits", [new([4, 3]), Indices([2, 3], 4)],
            t => t[0].Gather(-2, t[1].Cast(DType.Int32)), a => Take(a[0], a[1], 0)));

    static OpInput Indices(Shape shape, int count) => new(shape) { IsIndex = true, Low = 0, High = count };

    static OpVariant LookedUp(string name, OpInput table, Shape ids)
        => new(name, [table, Indices(ids, table.Shape[0])], t => t[0].Embedding(t[1]), LookUp);

    static NdArray LookUp(NdArray[] a)
        => NdArray.Build([.. a[1].Shape, a[0].Shape[1]], i => a[0][(int)a[1][i.AsSpan()[..^1]], i[^1]]);

    static OpVariant Gathered(string name, OpInput x, Shape indices, int axis)
        => new(name, [x, Indices(indices, x.Shape[axis])], t => t[0].Gather(axis, t[1]), a => Take(a[0], a[1], axis));

    static NdArray Take(NdArray x, NdArray indices, int axis)
        => NdArray.Build(indices.Shape, i =>
        {
            int[] from = (int[])i.Clone();
            from[axis] = (int)indices[i];
            return x[from];
        });
}
