namespace SuTI.Engine.Tests.Fixtures;

/// <summary>op_conv2d and op_groupnorm_silu_conv: channels come second there, last here.</summary>
static class ConvolutionFixtures
{
    public static void Convolution(FixtureCase fixture)
    {
        var options = fixture.Options;
        options.Describes("n", "cin", "h", "w", "cout", "kh", "kw");
        options.Only("dilation", 1);
        int[] stride = options.Pair("stride", 1), padding = options.Pair("padding", 0);
        var bias = options.Flag("has_bias") ? fixture.Input("bias") : null;
        var y = fixture.Input("x").ToChannelsLast()
            .Conv2d(fixture.Input("weight").ToChannelsLast(), bias, (stride[0], stride[1]),
            (padding[0], padding[1]), options.Integer("groups", 1));
        fixture.Check("y", y.ToChannelsFirst());
    }

    public static void NormalisedConvolution(FixtureCase fixture)
    {
        var options = fixture.Options;
        options.Describes("n", "c", "h", "w", "cout", "kernel");
        var h = fixture.Input("x").ToChannelsLast().GroupNorm(options.Integer("groups"), fixture.Input("gn_weight"),
            fixture.Input("gn_bias"), options.Number("eps", 1e-5), silu: true);
        int[] stride = options.Pair("stride", 1), padding = options.Pair("padding", 0);
        // Left, top, right, bottom: zeros on zeros, so both paddings are one.
        int[] more = options.Integers("pad_ltrb") ?? [0, 0, 0, 0];
        var around = new Padding2d(padding[0] + more[1], padding[0] + more[3], padding[1] + more[0],
            padding[1] + more[2]);
        var bias = options.Flag("conv_has_bias") ? fixture.Input("conv_bias") : null;
        var y = h.Conv2d(fixture.Input("conv_weight").ToChannelsLast(), bias, (stride[0], stride[1]), around);
        fixture.Check("y", y.ToChannelsFirst());
    }
}
