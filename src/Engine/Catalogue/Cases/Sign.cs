namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_sign = Declare("sign", Families.Unary(x => x.Sign(), x => Math.Sign(x), kinks: [0]));
}
