using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Transformers;

namespace SuTI.Model.Tests.Text;

/// <summary>What the fixtures of T5 do not reach: names of its table, buckets one by one, bad input.</summary>
public class T5Tests : LeakCheck
{
    static readonly T5Config s_config = new(Width: 6, Layers: 2, Heads: 2, HeadWidth: 4, FeedForwardWidth: 10,
        Vocabulary: 12);

    // Either side has 16: distances 0 to 7 alone, then steps of a ratio of 16^(1/8) up to 128 and beyond. Worked out by
    // hand: 8 · 2^(k/2) begins bucket 8 + k, so 8, 12, 16, 23, 32, 46, 64 and 91 do.
    [TestCase(0, 0)]
    [TestCase(7, 7)]
    [TestCase(8, 8)]
    [TestCase(11, 8)]
    [TestCase(12, 9)]
    [TestCase(15, 9)]
    [TestCase(16, 10)]
    [TestCase(22, 10)]
    [TestCase(23, 11)]
    [TestCase(31, 11)]
    [TestCase(32, 12)]
    [TestCase(45, 12)]
    [TestCase(46, 13)]
    [TestCase(63, 13)]
    [TestCase(64, 14)]
    [TestCase(90, 14)]
    [TestCase(91, 15)]
    [TestCase(128, 15)]
    [TestCase(199, 15)]
    public void Distances_fall_into_buckets(int distance, int bucket)
    {
        const int length = 200;
        int[] buckets = RelativePositions.Buckets(length, 32, 128);
        Assert.That(buckets[distance * length], Is.EqualTo(bucket), "the key before the query");
        Assert.That(buckets[distance], Is.EqualTo(distance == 0 ? 0 : bucket + 16), "the key behind it");
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public void The_token_table_is_found_under_either_name(bool shared, bool tied)
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        _ = new T5Encoder(store.Root, s_config);
        List<string> keys = [.. store.Parameters.Select(p => p.Path).Where(path => path != "shared.weight"),
            "decoder.block.0.layer.0.SelfAttention.q.weight", "lm_head.weight"];
        if (shared)
            keys.Add("shared.weight");
        if (tied)
            keys.Add("encoder.embed_tokens.weight");
        var paths = T5Encoder.ParameterPaths(keys);
        var taken = keys.Select(paths).OfType<string>().Order(StringComparer.Ordinal);
        Assert.That(taken, Is.EqualTo(store.Parameters.Select(p => p.Path).Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Hidden_tokens_change_nothing_elsewhere()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore(dtype: DType.Float64);
        var encoder = new T5Encoder(store.Root, s_config);
        var mask = Tensor.From([true, true, true, false], [1, 4]);
        double[] States(long last, Tensor? mask)
            => encoder.Forward(Tensor.From([3, 4, 1, last], [1, 4]), mask).Slice(1, 0, 3).ToDoubles();
        Assert.That(States(0, mask), Is.EqualTo(States(7, mask)));
        Assert.That(States(0, null), Is.Not.EqualTo(States(7, null)));
    }

    // The layer without a gate, written out; a text of one token only attends to itself, with weight 1.
    [Test]
    public void Without_a_gate_the_feed_forward_part_has_one_product()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore(dtype: DType.Float64);
        var encoder = new T5Encoder(store.Root,
            s_config with { Layers = 1, IsGated = false, Activation = Activation.Relu });
        Tensor At(string path) => store[path].Value;
        const string block = "encoder.block.0.";
        var x = At("shared.weight").Slice(0, 5, 1);
        var n = x.RmsNorm(At(block + "layer.0.layer_norm.weight"), 1e-6);
        var h = x + n.Linear(At(block + "layer.0.SelfAttention.v.weight"))
            .Linear(At(block + "layer.0.SelfAttention.o.weight"));
        n = h.RmsNorm(At(block + "layer.1.layer_norm.weight"), 1e-6);
        h += n.Linear(At(block + "layer.1.DenseReluDense.wi.weight")).Relu()
            .Linear(At(block + "layer.1.DenseReluDense.wo.weight"));
        double[] expected = h.RmsNorm(At("encoder.final_layer_norm.weight"), 1e-6).ToDoubles();
        Assert.That(encoder.Forward(Tensor.From<long>([5], [1, 1])).ToDoubles(), Is.EqualTo(expected).Within(1e-12));
    }

    [TestCase("\"feed_forward_proj\": \"gated-gelu\"", Activation.GeluTanh, true)]
    [TestCase("\"feed_forward_proj\": \"relu\"", Activation.Relu, false)]
    [TestCase("\"feed_forward_proj\": \"gated-silu\"", Activation.Silu, true)]
    [TestCase("\"feed_forward_proj\": \"gelu\"", Activation.Gelu, false)]
    [TestCase("\"feed_forward_proj\": \"gated-gelu\", \"dense_act_fn\": \"gelu_new\", \"is_gated_act\": true",
        Activation.GeluTanh, true)]
    [TestCase("\"d_ff\": 7", Activation.Relu, false)]
    public void The_feed_forward_part_is_read(string members, Activation activation, bool isGated)
    {
        var config = T5Config.Read(Parse(members));
        Assert.That((config.Activation, config.IsGated), Is.EqualTo((activation, isGated)));
    }

    [TestCase("\"feed_forward_proj\": \"gated-mish\"", "feed_forward_proj")]
    [TestCase("\"relative_attention_num_buckets\": 30", "relative_attention_num_buckets")]
    [TestCase("\"relative_attention_max_distance\": 8", "relative_attention_max_distance")]
    [TestCase("\"d_kv\": 100000, \"num_heads\": 100000", "d_kv")]
    [TestCase("\"is_decoder\": true", "is_decoder")]
    [TestCase("\"colour\": 3", "'colour'")]
    public void Bad_configurations_are_named(string members, string key)
        => Assert.That(() => T5Config.Read(Parse(members)),
            Throws.InstanceOf<SutiException>().With.Message.Contains(key));

    [Test]
    public void Bad_tokens_are_named()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var encoder = new T5Encoder(store.Root, s_config);
        Assert.That(() => encoder.Forward(Tensor.From<long>([1, 12], [1, 2])),
            Throws.InstanceOf<SutiException>().With.Message.Contains("t5 encoder").And.Message.Contains("token 1"));
        Assert.That(() => encoder.Forward(Tensor.From(new long[8193], [1, 8193])),
            Throws.InstanceOf<ShapeException>().With.Message.Contains("8193"));
    }

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
