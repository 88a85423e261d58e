namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_logSumExp = Declare("log_sum_exp",
    [
        .. Families.Reduction((x, axes, keep) => axes is null ? x.LogSumExp() : x.LogSumExp(axes, keep),
            group => Math.Log(group.Sum(Math.Exp))),
        // In f32 a result near 900 is rounded to 2^-15, which e^(x − y) of the gradient turns into a relative error.
        new OpVariant("large_values", [new([3, 17]) { Low = -900, High = 900 }], t => t[0].LogSumExp(1),
            a => Families.Reduce(a[0], [1], false, group => group.Max()
                + Math.Log(group.Sum(x => Math.Exp(x - group.Max()))))) { SingleTolerance = 6e-5 },
    ]);
}
