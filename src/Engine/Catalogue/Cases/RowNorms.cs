namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_layerNorm = Declare("layer_norm",
        LayerNorm("odd", [3, 2, 7], weight: true, bias: true),
        LayerNorm("plain", [4, 5], weight: false, bias: false),
        LayerNorm("weight_only", [4, 5], weight: true, bias: false),
        LayerNorm("bias_only", [4, 5], weight: false, bias: true),
        LayerNorm("vector", [9], weight: true, bias: true),
        LayerNorm("wider_than_vectors", [3, 67], weight: true, bias: true),
        LayerNorm("many_rows", [1500, 20], weight: true, bias: true),
        LayerNorm("two_packs_a_lane", [9, 320], weight: true, bias: true),
        LayerNorm("widest_of_a_warp", [3, 1024], weight: true, bias: false),
        LayerNorm("a_block_a_row", [5, 1040], weight: true, bias: true),
        LayerNorm("odd_and_wide", [3, 1279], weight: true, bias: true),
        LayerNorm("beyond_registers", [3, 16392], weight: true, bias: true),
        LayerNorm("odd_beyond_registers", [2, 16391], weight: true, bias: true),
        LayerNorm("far_mean", [4, 72], weight: true, bias: true, from: 19.5, to: 20.5),
        LayerNorm("transposed", [5, 3, 4], weight: true, bias: true, InputLayout.Transposed),
        LayerNorm("strided", [5, 6], weight: true, bias: true, InputLayout.Strided),
        LayerNorm("zero_size", [0, 6], weight: true, bias: true),
        new OpVariant("weight_gathers_twice", [new([3, 5]), new([5]) { IsWeight = true }, new([5]) { IsWeight = true }],
            t => t[0].LayerNorm(t[1], t[2]).LayerNorm(t[1]), a => Standardised(Standardised(a[0], a[1], a[2], true), a[1], null, true)));

    static readonly OpCase s_rmsNorm = Declare("rms_norm",
        RmsNorm("odd", [3, 2, 7], weight: true),
        RmsNorm("plain", [4, 5], weight: false),
        RmsNorm("one_row", [1, 3], weight: true),
        RmsNorm("wider_than_vectors", [3, 67], weight: true),
        RmsNorm("many_rows", [1500, 20], weight: true),
        RmsNorm("two_packs_a_lane", [9, 320], weight: true),
        RmsNorm("a_block_a_row", [5, 1040], weight: true),
        RmsNorm("beyond_registers", [3, 16392], weight: true),
        RmsNorm("transposed", [5, 3, 4], weight: true, InputLayout.Transposed),
        RmsNorm("zero_size", [0, 6], weight: true),
        new OpVariant("weight_gathers_twice", [new([3, 5]), new([5]) { IsWeight = true }], t => t[0].RmsNorm(t[1], 1e-5).RmsNorm(t[1], 1e-5),
            a => Standardised(Standardised(a[0], a[1], null, false), a[1], null, false)));

    static OpVariant LayerNorm(string name, int[] shape, bool weight, bool bias, InputLayout layout = InputLayout.Contiguous,
        double from = -2, double to = 2)
        => new(name, [new OpInput(shape) { Layout = layout, Low = from, High = to }, .. Rows(shape, (weight ? 1 : 0) + (bias ? 1 : 0))],
            t => t[0].LayerNorm(weight ? t[1] : null, bias ? t[^1] : null),
            a => Standardised(a[0], weight ? a[1] : null, bias ? a[^1] : null, centred: true))
        { GradientElements = shape[^1] > 300 ? 6 : 256 };

    static OpVariant RmsNorm(string name, int[] shape, bool weight, InputLayout layout = InputLayout.Contiguous)
        => new(name, [new OpInput(shape) { Layout = layout }, .. Rows(shape, weight ? 1 : 0)],
            t => t[0].RmsNorm(weight ? t[1] : null, 1e-5), a => Standardised(a[0], weight ? a[1] : null, null, centred: false))
        { GradientElements = shape[^1] > 300 ? 6 : 256 };

    static IEnumerable<OpInput> Rows(int[] shape, int count) => Enumerable.Range(0, count).Select(_ => new OpInput([shape[^1]]) { IsWeight = true });

    static NdArray Standardised(NdArray x, NdArray? weight, NdArray? bias, bool centred)
    {
        int width = x.Shape[-1];
        var y = new NdArray(x.Shape);
        for (int start = 0; start < x.Values.Length; start += width)
        {
            double mean = 0, squares = 0;
            for (int i = 0; centred && i < width; i++)
                mean += x.Values[start + i] / width;
            for (int i = 0; i < width; i++)
                squares += Math.Pow(x.Values[start + i] - mean, 2) / width;
            for (int i = 0; i < width; i++)
                y.Values[start + i] = ((x.Values[start + i] - mean) / Math.Sqrt(squares + 1e-5) * (weight?[i] ?? 1)) + (bias?[i] ?? 0);
        }
        return y;
    }
}
