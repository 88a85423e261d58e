namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_variance = Declare("variance",
    [
        .. Families.Reduction((x, axes, keep) => axes is null ? x.Variance() : x.Variance(axes, 1, keep),
            group => SquaredGap(group) / (group.Length - 1.0))
            .Where(v => v.Name is not ("of_one" or "scalar" or "of_nothing")), // of one element: NaN
        new OpVariant("uncorrected", [new([3, 5])], t => t[0].Variance(1, correction: 0),
            a => Families.Reduce(a[0], [1], false, group => SquaredGap(group) / group.Length)),
        // E[x²] − E[x]² would lose three digits of f32 here.
        new OpVariant("far_mean", [new([3, 65]) { Low = 19.5, High = 20.5 }], t => t[0].Variance(1),
            a => Families.Reduce(a[0], [1], false, group => SquaredGap(group) / (group.Length - 1.0))),
    ]);

    static readonly OpCase s_standardDeviation = Declare("standard_deviation",
        new OpVariant("apart", [new([3, 2, 5])], t => t[0].StandardDeviation([0, 2], keepAxes: true),
            a => Families.Reduce(a[0], [0, 2], true, group => Math.Sqrt(SquaredGap(group) / (group.Length - 1.0)))));

    static double SquaredGap(double[] group)
    {
        double mean = group.Sum() / group.Length;
        return group.Sum(x => (x - mean) * (x - mean));
    }
}
