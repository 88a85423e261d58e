namespace SuTI.Engine.Tests.Fixtures;

/// <summary>op_attention: heads come before positions there, after them here.</summary>
static class AttentionFixtures
{
    public static void Run(FixtureCase fixture)
    {
        var options = fixture.Options;
        options.Describes("batch", "heads", "lq", "lk", "head_dim");
        var bias = options.Flag("bias") ? fixture.Input("bias") : null;
        var mask = options.Flag("key_padding") ? fixture.Input("key_mask") : null;
        var y = Tensor.Attention(Swap(fixture.Input("q")), Swap(fixture.Input("k")), Swap(fixture.Input("v")),
            new(options.OptionalNumber("scale"), options.Flag("causal")), bias, mask);
        fixture.Check("o", Swap(y));
    }

    static Tensor Swap(Tensor x) => x.Permute(0, 2, 1, 3);
}
