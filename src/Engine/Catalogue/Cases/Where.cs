namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_where = Declare("where",
        Choice("odd", [3, 5, 7], [3, 5, 7], [3, 5, 7], [3, 5, 7]),
        Choice("all_repeat", [2, 3, 5], [3, 1], [2, 1, 5], []),
        Choice("condition_repeats", [4, 21], [4, 1], [4, 21], [21]),
        Choice("zero_size", [0, 3], [1, 3], [0, 3], [3]),
        Choice("wide_rows", [2, 3, 16], [2, 1, 16], [2, 3, 16], [16]),
        Choice("wide_rows_by_a_column", [4, 16], [4, 1], [4, 1], [4, 16]),
        Choice("large", [39, 1030], [39, 1030], [1030], [39, 1030]) with { GradientElements = 6 },
        new OpVariant("transposed_condition", [new([5, 4]) { IsCondition = true, Layout = InputLayout.Transposed },
            new([5, 4]) { Layout = InputLayout.Strided }],
            t => Tensor.Where(t[0], t[1], 2.5) + Tensor.Where(t[0], -1, t[1]),
            a => NdArray.Build([5, 4], i => a[0][i] != 0 ? a[1][i] - 1 : 2.5 + a[1][i])));

    static OpVariant Choice(string name, Shape result, Shape condition, Shape first, Shape second)
        => new(name, [new(condition) { IsCondition = true }, new(first), new(second)],
            t => Tensor.Where(t[0], t[1], t[2]),
            a => NdArray.Build(result, i => a[0].Broadcast(i) != 0 ? a[1].Broadcast(i) : a[2].Broadcast(i)));
}
