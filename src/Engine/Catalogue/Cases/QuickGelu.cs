namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_quickGelu = Declare("quick_gelu", Families.Unary(
        x => x.QuickGelu(), x => x / (1 + Math.Exp(-1.702 * x)),
        extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
