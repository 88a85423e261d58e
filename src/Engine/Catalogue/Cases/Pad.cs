namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_pad = Declare("pad",
        Padded("all_axes", new([2, 3, 4]), [1, 0, 2], [0, 3, 1], 1.5),
        Padded("transposed", new([3, 5]) { Layout = InputLayout.Transposed }, [0, 1], [2, 0], 0),
        Padded("strided", new([3, 5]) { Layout = InputLayout.Strided }, [1, 1], [1, 1], -2),
        Padded("nothing", new([2, 3]), [0, 0], [0, 0], 7),
        Padded("around_nothing", new([0, 2]), [2, 1], [1, 0], 3),
        Padded("scalar", new([]), [], [], 1),
        new OpVariant("images", [new([2, 3, 2, 3])], t => t[0].Pad2d(new(Top: 1, Bottom: 0, Left: 2, Right: 1), 0.5),
            a => Surround(a[0], [0, 1, 2, 0], [0, 0, 1, 0], 0.5)));

    static OpVariant Padded(string name, OpInput x, int[] before, int[] after, double value)
        => new(name, [x], t => t[0].Pad(before, after, value), a => Surround(a[0], before, after, value));

    static NdArray Surround(NdArray x, int[] before, int[] after, double value)
        => NdArray.Build(x.Shape.Select((length, axis) => before[axis] + length + after[axis]).ToArray(), index =>
        {
            int[] from = [.. index.Select((at, axis) => at - before[axis])];
            return from.Where((at, axis) => at < 0 || at >= x.Shape[axis]).Any() ? value : x[from];
        });
}
