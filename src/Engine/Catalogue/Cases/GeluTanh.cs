namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_geluTanh = Declare("gelu_tanh", Families.Unary(
        x => x.GeluTanh(), x => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) / 2,
        extremes: [-100, -30, -8, -1e-3, -1e-12, 1e-12, 1e-3, 8, 30, 80]));
}
