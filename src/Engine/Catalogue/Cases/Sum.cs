namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sum = Declare("sum", new OpVariant("axes", [new([2, 3, 4])], t => t[0].Sum([0, 2]),
        a => NdArray.Build([3], i => Enumerable.Range(0, 8).Sum(j => a[0][j / 4, i[0], j % 4]))));
}
