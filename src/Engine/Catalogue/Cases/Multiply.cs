namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_multiply = Declare("multiply", Families.Binary((a, b) => a * b, (a, b) => a * b));
}
