namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_slice = Declare("slice",
        new OpVariant("step", [new([3, 7, 2])], t => t[0].Slice(1, 1, 3, step: 2),
            a => NdArray.Build([3, 3, 2], i => a[0][i[0], 1 + (2 * i[1]), i[2]])),
        new OpVariant("transposed", [new([4, 5]) { Layout = InputLayout.Transposed }], t => t[0].Slice(-1, 2, 3),
            a => NdArray.Build([4, 3], i => a[0][i[0], i[1] + 2])),
        new OpVariant("overlapping_parts", [new([6])], t => t[0].Slice(0, 0, 4) + t[0].Slice(0, 2, 4),
            a => NdArray.Build([4], i => a[0][i[0]] + a[0][i[0] + 2])),
        new OpVariant("split", [new([2, 5])], t => t[0].Split(1, 2, 1, 2)[2] + t[0].Chunk(0, 2)[1].Slice(1, 0, 2),
            a => NdArray.Build([2, 2], i => a[0][i[0], 3 + i[1]] + a[0][1, i[1]])),
        new OpVariant("empty", [new([3, 4])], t => t[0].Slice(1, 4, 0), a => new([3, 0])));
}
