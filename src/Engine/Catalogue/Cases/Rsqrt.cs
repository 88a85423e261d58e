namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_rsqrt = Declare("rsqrt", Families.Unary(x => x.Rsqrt(), x => 1 / Math.Sqrt(x), low: 0.1, high: 4));
}
