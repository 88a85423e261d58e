namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_square = Declare("square", Families.Unary(x => x.Square(), x => x * x));
}
