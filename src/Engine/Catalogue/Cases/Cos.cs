namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_cos = Declare("cos", Families.Unary(x => x.Cos(), Math.Cos, extremes: [-1000, -3.25, 0, 3.25, 1000]));
}
