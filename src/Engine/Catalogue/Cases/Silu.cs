namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_silu = Declare("silu", Families.Unary(x => x.Silu(), x => x / (1 + Math.Exp(-x)), extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
