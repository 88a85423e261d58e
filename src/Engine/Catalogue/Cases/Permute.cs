namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_permute = Declare("permute",
        new OpVariant("three_axes", [new([3, 4, 5])], t => t[0].Permute(2, 0, -2),
            a => NdArray.Build([5, 3, 4], i => a[0][i[1], i[2], i[0]])),
        new OpVariant("transpose_strided", [new([3, 5]) { Layout = InputLayout.Strided }], t => t[0].Transpose(),
            a => NdArray.Build([5, 3], i => a[0][i[1], i[0]])),
        new OpVariant("scalar", [new([])], t => t[0].Permute(), a => a[0]),
        new OpVariant("zero_size", [new([2, 0, 3])], t => t[0].Transpose(0, 2), a => new([3, 0, 2])));
}
