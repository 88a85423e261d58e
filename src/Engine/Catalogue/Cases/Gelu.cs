namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_gelu = Declare("gelu", Families.Unary(
        x => x.Gelu(), x => x * (1 + Families.Erf(x / Math.Sqrt(2))) / 2,
        extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
