namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_relu = Declare("relu", Families.Unary(x => x.Relu(), x => Math.Max(x, 0), kinks: [0]));
}
