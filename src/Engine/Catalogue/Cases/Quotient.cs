namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_quotient = Declare("quotient", Families.Unary(x => x / 3, x => x / 3));
}
