namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_groupNorm = Declare("group_norm",
        GroupNorm("odd", [2, 3, 5, 6], groups: 3, affine: true),
        GroupNorm("one_group", [1, 7, 5], groups: 1, affine: true),
        GroupNorm("a_group_a_channel", [2, 5, 3], groups: 3, affine: false),
        GroupNorm("no_pixel_axis", [2, 8], groups: 2, affine: true),
        GroupNorm("silu", [2, 3, 3, 4], groups: 2, affine: true, silu: true),
        GroupNorm("modulated", [2, 4, 6], groups: 2, affine: true, modulated: true),
        GroupNorm("modulated_silu", [2, 4, 6], groups: 3, affine: true, silu: true, modulated: true),
        GroupNorm("modulated_without_weight", [2, 4, 6], groups: 2, affine: false, modulated: true),
        GroupNorm("transposed", [3, 4, 5, 2], groups: 1, affine: true, layout: InputLayout.Transposed),
        GroupNorm("groups_of_ten", [2, 9, 320], groups: 32, affine: true, silu: true, modulated: true),
        GroupNorm("many_slabs", [1, 700, 24], groups: 3, affine: true, silu: true),
        GroupNorm("far_mean", [2, 90, 16], groups: 4, affine: true, from: 19.5, to: 20.5),
        GroupNorm("odd_channels", [1, 45, 51], groups: 3, affine: true, modulated: true),
        GroupNorm("wide_group", [2, 6, 264], groups: 1, affine: true, silu: true),
        GroupNorm("several_blocks_of_channels", [1, 5, 4128], groups: 43, affine: true, silu: true, modulated: true),
        GroupNorm("several_stripes", [2, 1100, 34], groups: 17, affine: true, silu: true, from: -0.25, to: 0.25),
        new OpVariant("weight_used_twice", [new([2, 3, 4]), new([4]) { IsWeight = true }, new([4]) { IsWeight = true }],
            t => t[0].GroupNorm(2, t[1], t[2]).GroupNorm(2, t[1], t[2]),
            a => Normalized(Normalized(a[0], 2, a[1], a[2], false, null, null), 2, a[1], a[2], false, null, null)),
        GroupNorm("modulated_by_f32_beside_halves", [2, 5, 16], groups: 4, affine: true, silu: true, modulated: true, fullModulation: true),
        GroupNorm("zero_size", [0, 4, 6], groups: 2, affine: true));

    static OpVariant GroupNorm(string name, int[] shape, int groups, bool affine, bool silu = false, bool modulated = false,
        InputLayout layout = InputLayout.Contiguous, double from = -2, double to = 2, bool fullModulation = false)
    {
        int samples = shape[0], channels = shape[^1];
        int modulation = affine ? 3 : 1;
        OpInput[] inputs =
        [
            new OpInput(shape) { Layout = layout, Low = from, High = to },
            .. affine ? (OpInput[])[new OpInput([channels]) { IsWeight = true }, new OpInput([channels]) { IsWeight = true }] : [],
            .. modulated ? (OpInput[])[Modulation(), Modulation()] : [],
        ];
        OpInput Modulation() => new([samples, channels]) { IsWeight = fullModulation };
        return new(name, inputs,
            t => t[0].GroupNorm(groups, affine ? t[1] : null, affine ? t[2] : null, 1e-5, silu, modulated ? t[modulation] : null,
                modulated ? t[modulation + 1] : null),
            a => Normalized(a[0], groups, affine ? a[1] : null, affine ? a[2] : null, silu, modulated ? a[modulation] : null,
                modulated ? a[modulation + 1] : null))
        { GradientElements = channels > 200 ? 6 : 256 };
    }

    static NdArray Normalized(NdArray x, int groups, NdArray? weight, NdArray? bias, bool silu, NdArray? scale, NdArray? shift)
    {
        int samples = x.Shape[0], channels = x.Shape[-1], width = channels / groups;
        int pixels = samples == 0 ? 0 : x.Values.Length / samples / channels;
        var y = new NdArray(x.Shape);
        for (int n = 0; n < samples; n++)
        {
            for (int g = 0; g < groups; g++)
            {
                double mean = 0, variance = 0;
                for (int i = 0; i < pixels * width; i++)
                    mean += x.Values[At(n, g, i)] / (pixels * width);
                for (int i = 0; i < pixels * width; i++)
                    variance += Math.Pow(x.Values[At(n, g, i)] - mean, 2) / (pixels * width);
                for (int i = 0; i < pixels * width; i++)
                {
                    int channel = (g * width) + (i % width);
                    double z = (x.Values[At(n, g, i)] - mean) / Math.Sqrt(variance + 1e-5);
                    z = (z * (weight?[channel] ?? 1)) + (bias?[channel] ?? 0);
                    z = (z * (1 + (scale?[n, channel] ?? 0))) + (shift?[n, channel] ?? 0);
                    y.Values[At(n, g, i)] = silu ? z / (1 + Math.Exp(-z)) : z;
                }
            }
        }
        return y;

        int At(int n, int g, int i) => (((n * pixels) + (i / width)) * channels) + (g * width) + (i % width);
    }
}
