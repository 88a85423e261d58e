namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_subtract = Declare("subtract", Families.Binary((a, b) => a - b, (a, b) => a - b));
}
