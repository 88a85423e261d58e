namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    // Values of a lie at odd and values of b at even multiples of 1/32: no ties, where the gradient jumps.
    static readonly OpCase s_minimum = Declare("minimum", Families.Binary(Tensor.Minimum, Math.Min,
        a => a with { Values = Families.Ladder(a, 1) }, b => b with { Values = Families.Ladder(b, 2) }));
}
