namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_log = Declare("log", Families.Unary(x => x.Log(), Math.Log, low: 0.1, high: 4));
}
