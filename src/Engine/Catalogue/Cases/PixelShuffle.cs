namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_pixelShuffle = Declare("pixel_shuffle",
        new OpVariant("factor_2", [new([2, 3, 2, 12])], t => t[0].PixelShuffle(2),
            a => NdArray.Build([2, 6, 4, 3],
                i => a[0][i[0], i[1] / 2, i[2] / 2, (i[3] * 4) + (i[1] % 2 * 2) + (i[2] % 2)])),
        new OpVariant("factor_3_strided", [new([1, 1, 2, 9]) { Layout = InputLayout.Strided }],
            t => t[0].PixelShuffle(3),
            a => NdArray.Build([1, 3, 6, 1], i => a[0][0, i[1] / 3, i[2] / 3, (i[1] % 3 * 3) + (i[2] % 3)])),
        new OpVariant("zero_size", [new([0, 3, 2, 4])], t => t[0].PixelShuffle(2), _ => new([0, 6, 4, 1])));

    static readonly OpCase s_pixelUnshuffle = Declare("pixel_unshuffle",
        new OpVariant("factor_2", [new([2, 4, 6, 3])], t => t[0].PixelUnshuffle(2),
            a => NdArray.Build([2, 2, 3, 12],
                i => a[0][i[0], (2 * i[1]) + (i[3] / 2 % 2), (2 * i[2]) + (i[3] % 2), i[3] / 4])),
        new OpVariant("and_back", [new([1, 6, 3, 2]) { Layout = InputLayout.Transposed }],
            t => t[0].PixelUnshuffle(3).PixelShuffle(3), a => a[0]));
}
