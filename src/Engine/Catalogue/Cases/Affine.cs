namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_affine = Declare("affine", Families.Unary(
        x => 3 - (x + 0.25 - 2), x => 3 - (x + 0.25 - 2)));
}
