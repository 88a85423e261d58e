namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sqrt = Declare("sqrt", Families.Unary(x => x.Sqrt(), Math.Sqrt, low: 0.1, high: 4));
}
