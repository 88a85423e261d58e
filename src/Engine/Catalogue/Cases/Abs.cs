namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_abs = Declare("abs", Families.Unary(x => x.Abs(), Math.Abs, kinks: [0]));
}
