namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_scale = Declare("scale", Families.Unary(x => -(1.5 * x) * 3, x => -4.5 * x));
}
