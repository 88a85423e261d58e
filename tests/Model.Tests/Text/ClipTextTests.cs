using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Transformers;

namespace SuTI.Model.Tests.Text;

/// <summary>What the fixtures of CLIP's text tower do not reach: masks, ends of texts, bad input.</summary>
public class ClipTextTests : LeakCheck
{
    static readonly ClipTextConfig s_config = new(new(Width: 8, Layers: 2, Heads: 2, FeedForwardWidth: 16,
        Activation.QuickGelu, NormEpsilon: 1e-5, IsCausal: true), Vocabulary: 20, Positions: 6, EndToken: 9);

    [Test]
    public void A_hidden_token_changes_nothing_behind_it()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore(dtype: DType.Float64);
        var encoder = new ClipTextEncoder(store.Root, s_config);
        var mask = Tensor.From<long>([1, 1, 0, 1], [1, 4]);
        double[] States(long third, Tensor? mask)
            => encoder.Forward(Ids(3, 4, third, 9), mask).Slice(1, 3, 1).ToDoubles();
        Assert.That(States(5, mask), Is.EqualTo(States(11, mask)));
        Assert.That(States(5, null), Is.Not.EqualTo(States(11, null)));
        Assert.That(encoder.Forward(Ids(3, 4, 5, 9), mask.Cast(DType.Bool)).Slice(1, 3, 1).ToDoubles(),
            Is.EqualTo(States(5, mask)));
    }

    [Test]
    public void A_shorter_text_is_the_beginning_of_a_longer_one()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore(dtype: DType.Float64);
        var encoder = new ClipTextEncoder(store.Root, s_config);
        double[] whole = encoder.Forward(Ids(3, 4, 5, 9, 1, 2)).Slice(1, 0, 3).ToDoubles();
        double[] part = encoder.Forward(Ids(3, 4, 5)).ToDoubles();
        Assert.That(part, Is.EqualTo(whole).Within(1e-12));
    }

    // The end token of the configuration, though other ids are larger; without one, or where the configuration says 2
    // as old ones do, the first of the largest id.
    [TestCase(9, new long[] { 3, 15, 9, 9 }, 2)]
    [TestCase(9, new long[] { 3, 15, 4, 15 }, 1)]
    [TestCase(2, new long[] { 2, 15, 9, 15 }, 1)]
    public void The_pooled_state_is_that_of_the_end(int endToken, long[] ids, int expected)
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var encoder = new ClipTextEncoder(store.Root, s_config with { EndToken = endToken });
        var states = encoder.Forward(Ids(ids));
        Assert.That(encoder.Pool(states, Ids(ids)).ToDoubles(), Is.EqualTo(states.Slice(1, expected, 1).ToDoubles()));
    }

    // The first use packs the weights, once; after it there is nothing new but the result.
    [Test]
    public void Nothing_is_kept_without_gradients()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var projector = new ClipTextProjector(store.Root, s_config);
        store.Allocate(seed: 1);
        using var noGradient = GradientMode.Disable();
        var ids = Ids(3, 4, 9);
        _ = projector.Forward(ids);
        int before = Device.Cpu.Memory.LiveBuffers;
        var y = projector.Forward(ids);
        Assert.That(Device.Cpu.Memory.LiveBuffers, Is.EqualTo(before + 1));
        Assert.That(y.NeedsGradient, Is.False);
    }

    [Test]
    public void Bad_tokens_are_named()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var encoder = new ClipTextEncoder(store.Root, s_config);
        AssertRefused(() => encoder.Forward(Ids(3, 20)), "clip text encoder", "0 to 19", "20 in text 0, token 1");
        AssertRefused(() => encoder.Forward(Tensor.From<int>([1, 2, 3, -1], [2, 2])), "-1 in text 1, token 1");
        AssertRefused(() => encoder.Forward(Ids(1, 2, 3, 4, 5, 6, 7)), "at most 6 tokens", "found 7");
        AssertRefused(() => encoder.Forward(Tensor.From<long>([1, 2], [2])), "token ids are rows");
        AssertRefused(() => encoder.Forward(Tensor.From<long>([], [0, 3])), "token ids are rows");
        AssertRefused(() => encoder.Forward(Tensor.From<float>([1, 2], [1, 2])), "i32 or i64");
        AssertRefused(() => encoder.Forward(Ids(1, 2), Ids(1, 1, 1)), "the mask has a value for each token");
        AssertRefused(() => encoder.Forward(Ids(1, 2), skip: 3), "0 to 2");
        AssertRefused(() => encoder.Pool(encoder.Forward(Ids(1, 2)), Ids(1, 2, 3)), "of the same texts");
    }

    [TestCase("\"colour\": 3", "'colour'")]
    [TestCase("\"hidden_act\": \"mish\"", "hidden_act")]
    [TestCase("\"num_attention_heads\": 7", "num_attention_heads")]
    [TestCase("\"num_hidden_layers\": 2000000000", "num_hidden_layers")]
    [TestCase("\"hidden_size\": 1073741824", "hidden_size")]
    [TestCase("\"vocab_size\": 0", "vocab_size")]
    [TestCase("\"layer_norm_eps\": -1", "layer_norm_eps")]
    [TestCase("\"is_decoder\": true", "is_decoder")]
    [TestCase("\"pruned_heads\": {\"0\": [1]}", "pruned_heads")]
    [TestCase("\"quantization_config\": {\"bits\": 4}", "'quantization_config'")]
    public void Bad_configurations_are_named(string member, string key)
        => AssertRefused(() => ClipTextConfig.Read(Parse(member)), key);

    static void AssertRefused(Action action, params string[] texts)
    {
        var failure = Assert.Catch<SutiException>(() => action());
        foreach (string text in texts)
            Assert.That(failure!.Message, Does.Contain(text));
    }

    static Tensor Ids(params long[] ids) => Tensor.From(ids, [1, ids.Length]);

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
