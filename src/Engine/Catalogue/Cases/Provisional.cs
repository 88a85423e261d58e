namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    // So small that the step of the central difference outweighs the rounding to f32.
    static readonly OpCase s_cast = Declare("cast",
        new OpVariant("narrow_and_back", [new([5]) { Low = -1e-7, High = 1e-7 }], t => t[0].Cast(DType.Float64).Cast(DType.Float32).Cast(DType.Float64),
            a => a[0].Map(v => (float)v)));

    static readonly OpCase s_sum = Declare("sum", new OpVariant("axes", [new([2, 3, 4])], t => t[0].Sum([0, 2]),
        a => NdArray.Build([3], i => Enumerable.Range(0, 8).Sum(j => a[0][j / 4, i[0], j % 4]))));
}
