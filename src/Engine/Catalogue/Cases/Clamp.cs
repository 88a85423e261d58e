namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_clamp = Declare("clamp", Families.Unary(x => x.Clamp(-1, 0.5), x => Math.Min(Math.Max(x, -1), 0.5), kinks: [-1, 0.5]));
}
