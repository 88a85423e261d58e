namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_concat = Declare("concat",
        Joined("middle", 1, [new([2, 3, 4]), new([2, 1, 4]), new([2, 5, 4])]),
        Joined("last_other_layouts", -1,
            [new([3, 4]) { Layout = InputLayout.Transposed }, new([3, 2]) { Layout = InputLayout.Strided }]),
        Joined("first", 0, [new([2, 3]), new([1, 3])]),
        Joined("one_part", 0, [new([3])]),
        Joined("an_empty_part", 1, [new([2, 0]), new([2, 3])]),
        Joined("zero_size", 1, [new([0, 2]), new([0, 3])]),
        new OpVariant("same_tensor_twice", [new([2, 3])], t => Tensor.Concat(0, t[0], t[0]),
            a => Join(0, [a[0], a[0]])),
        new OpVariant("stack", [new([2, 3]), new([2, 3])], t => Tensor.Stack(-1, t[0], t[1]),
            a => NdArray.Build([2, 3, 2], i => a[i[2]][i[0], i[1]])),
        new OpVariant("stack_scalars", [new([]), new([])], t => Tensor.Stack(0, t[0], t[1]),
            a => NdArray.Build([2], i => a[i[0]].Values[0])),
        new OpVariant("indices",
            [new([2, 3]) { IsIndex = true, Low = 0, High = 9 }, new([1, 3]) { IsIndex = true, Low = 0, High = 9 }],
            t => Tensor.Concat(0, t[0], t[1]), a => Join(0, a))
        { IsDifferentiable = false });

    static OpVariant Joined(string name, int axis, OpInput[] parts)
        => new(name, parts, t => Tensor.Concat(axis, t), a => Join(axis < 0 ? axis + a[0].Shape.Rank : axis, a));

    static NdArray Join(int axis, NdArray[] parts)
        => NdArray.Build(parts[0].Shape.With(axis, parts.Sum(p => p.Shape[axis])), index =>
        {
            int[] at = (int[])index.Clone();
            int part = 0;
            while (at[axis] >= parts[part].Shape[axis])
                at[axis] -= parts[part++].Shape[axis];
            return parts[part][at];
        });
}
