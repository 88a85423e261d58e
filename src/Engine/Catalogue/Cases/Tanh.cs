namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_tanh = Declare("tanh", Families.Unary(x => x.Tanh(), Math.Tanh, extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
