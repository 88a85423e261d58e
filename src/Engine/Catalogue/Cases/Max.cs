namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_max = Declare("max", Families.Reduction(
        (x, axes, keep) => axes is null ? x.Max() : x.Max(axes, keep), group => group.Max(), isDistinct: true,
        takesNothing: false));

    static readonly OpCase s_min = Declare("min", Families.Reduction(
        (x, axes, keep) => axes is null ? x.Min() : x.Min(axes, keep), group => group.Min(), isDistinct: true,
        takesNothing: false));

    static readonly OpCase s_argMax = Declare("arg_max", [.. Families.Reduction(
        (x, axes, keep) => axes is null ? x.ArgMax() : x.ArgMax(axes[0], keep),
        group => Array.IndexOf(group, group.Max()), isDistinct: true,
        takesNothing: false).Where(v => v.Name is not ("neighbours" or "apart" or "apart_kept" or "around_one"))
        .Select(v => v with { IsDifferentiable = false })]);
}
