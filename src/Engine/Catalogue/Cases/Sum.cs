namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sum = Declare("sum", Families.Reduction(
        (x, axes, keep) => axes is null ? x.Sum() : x.Sum(axes, keep), group => group.Sum()));

    static readonly OpCase s_mean = Declare("mean", Families.Reduction(
        (x, axes, keep) => axes is null ? x.Mean() : x.Mean(axes, keep), group => group.Sum() / group.Length));
}
