namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_softplus = Declare("softplus", Families.Unary(x => x.Softplus(), x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
