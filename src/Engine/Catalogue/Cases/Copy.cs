namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_copy = Declare("copy",
        new OpVariant("transposed", [new([3, 1, 17]) { Layout = InputLayout.Transposed }], t => t[0].Contiguous(), a => a[0]),
        new OpVariant("strided", [new([5, 7]) { Layout = InputLayout.Strided }], t => t[0].Copy(), a => a[0]),
        new OpVariant("scalar", [new([])], t => t[0].Copy(), a => a[0]),
        new OpVariant("zero_size", [new([0, 3])], t => t[0].Copy(), a => a[0]));
}
