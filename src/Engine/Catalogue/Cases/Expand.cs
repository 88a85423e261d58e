namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_expand = Declare("expand",
        new OpVariant("new_and_old_axes", [new([3, 1, 2])], t => t[0].Expand([2, 3, 4, 2]),
            a => NdArray.Build([2, 3, 4, 2], i => a[0].Broadcast(i))),
        new OpVariant("strided", [new([1, 5]) { Layout = InputLayout.Strided }], t => t[0].Expand([3, 5]),
            a => NdArray.Build([3, 5], i => a[0].Broadcast(i))),
        new OpVariant("scalar", [new([])], t => t[0].Expand([7]), a => NdArray.Build([7], i => a[0].Broadcast(i))),
        new OpVariant("to_zero_size", [new([1, 3])], t => t[0].Expand([0, 3]), _ => new([0, 3])));
}
