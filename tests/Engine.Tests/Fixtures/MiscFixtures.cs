namespace SuTI.Engine.Tests.Fixtures;

/// <summary>op_misc: products, look-ups, losses, resampling, broadcasting.</summary>
static class MiscFixtures
{
    static readonly Dictionary<string, Action<FixtureCase>> s_ops = new(StringComparer.Ordinal)
    {
        ["linear"] = Linear,
        ["matmul"] = fixture => fixture.Check("y", fixture.Input("a").MatMul(fixture.Input("b"))),
        ["embedding"] = fixture => fixture.Check("y", fixture.Input("weight").Embedding(fixture.Input("ids"))),
        ["softmax"] = fixture => fixture.Check("y", fixture.Input("x").Softmax(fixture.Options.Integer("dim", -1))),
        ["log_softmax"] = fixture
            => fixture.Check("y", fixture.Input("x").LogSoftmax(fixture.Options.Integer("dim", -1))),
        ["cross_entropy"] = fixture => fixture.Check("loss",
            fixture.Input("x").CrossEntropy(fixture.Input("target"), fixture.Options.Number("smoothing", 0))),
        ["mse"] = fixture => fixture.Check("loss", fixture.Input("x").Mse(fixture.Input("target"))),
        ["normalize"] = fixture => fixture.Check("y", fixture.Input("x").L2Normalize()),
        ["clip_loss"] = ContrastiveLoss,
        ["kl_gaussian"] = Divergence,
        ["upsample_nearest2x"] = fixture => Images(fixture, x => x.UpsampleNearest(2)),
        ["nearest_to"] = fixture => Resize(fixture, Resampling.Nearest),
        ["bilinear"] = fixture => Resize(fixture, Resampling.Bilinear),
        ["bicubic"] = fixture => Resize(fixture, Resampling.Bicubic),
        ["area"] = fixture => Resize(fixture, Resampling.Area),
        ["avg_pool2x"] = fixture => Images(fixture, x => x.AvgPool2d(2)),
        ["broadcast_mix"] = Broadcast,
        ["cat_slice"] = Concatenate,
    };

    public static void Run(FixtureCase fixture)
    {
        // Shapes, and how the inputs were drawn.
        fixture.Options.Describes("x", "a", "b", "out", "rows", "ids", "n", "std", "logit_scale");
        string op = fixture.Options.Text("op");
        if (op == "embedding" || op == "clip_loss")
            fixture.Options.Describes("dim");
        if (!s_ops.TryGetValue(op, out var run))
            throw new NotSupportedException($"op {op}: unknown");
        run(fixture);
    }

    static void Linear(FixtureCase fixture)
        => fixture.Check("y",
            fixture.Input("x").Linear(fixture.Input("weight"), fixture.Options.Flag("has_bias") ? fixture.Input("bias")
            : null));

    static void Images(FixtureCase fixture, Func<Tensor, Tensor> apply)
        => fixture.Check("y", apply(fixture.Input("x").ToChannelsLast()).ToChannelsFirst());

    static void Resize(FixtureCase fixture, Resampling kind)
    {
        fixture.Options.Only("align_corners", false);
        int[] size = fixture.Options.Pair("size", 0);
        bool antialias = fixture.Options.Flag("antialias");
        Images(fixture, x => x.Resize(size[0], size[1], kind, antialias));
    }

    static void Broadcast(FixtureCase fixture)
    {
        Tensor a = fixture.Input("a"), b = fixture.Input("b");
        fixture.Check(("add", a + b), ("mul", a * b), ("div", a / (b.Abs() + 0.5)), ("sub", b - a));
    }

    static void Concatenate(FixtureCase fixture)
    {
        var joined = Tensor.Concat(-1, fixture.Input("a").ToChannelsLast(), fixture.Input("b").ToChannelsLast());
        var pixels = joined.Reshape(joined.Shape[0], -1, joined.Shape[3]);
        var odd = pixels.Slice(1, 1, pixels.Shape[1] / 2, step: 2);
        fixture.Check(("cat", joined.ToChannelsFirst()), ("perm", odd), ("mean", joined.Mean([1, 2])));
    }

    // Symmetric cross-entropy over the similarities of all pairs (Radford et al., 2021, figure 3).
    static void ContrastiveLoss(FixtureCase fixture)
    {
        Tensor text = fixture.Input("text"), image = fixture.Input("image");
        var logits = text.L2Normalize().MatMul(image.L2Normalize().Transpose()) * fixture.Input("logit_scale").Exp();
        var pairs = Tensor.From([.. Enumerable.Range(0, text.Shape[0]).Select(i => (long)i)], [text.Shape[0]]);
        var loss = (logits.CrossEntropy(pairs) + logits.Transpose().CrossEntropy(pairs)) * 0.5;
        fixture.Check(("logits_per_text", logits), ("loss", loss));
    }

    // KL(N(mean, e^logvar) | N(0, 1)) of each sample.
    static void Divergence(FixtureCase fixture)
    {
        Tensor mean = fixture.Input("mean"), logVariance = fixture.Input("logvar");
        var terms = mean.Square() + logVariance.Exp() - 1 - logVariance;
        fixture.Check("kl", terms.Reshape(terms.Shape[0], -1).Sum([1]) * 0.5);
    }
}
