namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_reciprocal = Declare("reciprocal", Families.Unary(x => 3 / x, x => 3 / x, low: 0.5, high: 4));
}
