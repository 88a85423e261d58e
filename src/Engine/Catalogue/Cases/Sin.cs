namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sin = Declare("sin", Families.Unary(x => x.Sin(), Math.Sin, extremes: [-1000, -3.25, 0, 3.25, 1000]));
}
