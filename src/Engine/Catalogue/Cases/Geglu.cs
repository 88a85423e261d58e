namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_geglu = Declare("geglu",
        Gated("odd", new([3, 5, 14])),
        Gated("one", new([2])),
        Gated("zero_size", new([0, 4])),
        Gated("transposed", new([5, 6]) { Layout = InputLayout.Transposed }),
        Gated("wide_rows", new([3, 32])),
        Gated("large", new([1200, 70])) with { GradientElements = 6 });

    static OpVariant Gated(string name, OpInput input) => new(name, [input], t => t[0].Geglu(), a =>
    {
        int width = input.Shape[-1] / 2;
        return NdArray.Build(input.Shape.With(-1, width), i =>
        {
            int[] gate = [.. i];
            gate[^1] += width;
            double g = a[0][gate];
            return a[0][i] * g * (1 + Families.Erf(g / Math.Sqrt(2))) / 2;
        });
    });
}
