namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sigmoid = Declare("sigmoid", Families.Unary(x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x)), extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
