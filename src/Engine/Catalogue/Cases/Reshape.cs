namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_reshape = Declare("reshape",
        new OpVariant("open_length", [new([3, 4, 5])], t => t[0].Reshape(6, -1), a => new([6, 10], a[0].Values)),
        new OpVariant("copies", [new([3, 4, 5]) { Layout = InputLayout.Transposed }], t => t[0].Flatten(),
            a => new([60], a[0].Values)),
        new OpVariant("strided_view", [new([3, 4]) { Layout = InputLayout.Strided }], t => t[0].Unsqueeze(1).Reshape(12),
            a => new([12], a[0].Values)),
        new OpVariant("to_scalar", [new([1, 1])], t => t[0].Squeeze(0).Squeeze(0), a => new([], a[0].Values)),
        new OpVariant("zero_size", [new([0, 3])], t => t[0].Reshape(2, 0), a => new([2, 0])));
}
