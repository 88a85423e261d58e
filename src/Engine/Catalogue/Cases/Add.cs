namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_add = Declare("add", Families.Binary((a, b) => a + b, (a, b) => a + b));
}
