namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_exp = Declare("exp", Families.Unary(x => x.Exp(), Math.Exp));
}
