using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Text;

/// <summary>The encoder of T5, as <c>T5Config</c> of the transformers library describes it.</summary>
/// <param name="HeadWidth">Of one head; heads times it need not be the width.</param>
/// <param name="IsGated">Whether the feed-forward part multiplies two products, one behind the activation.</param>
/// <param name="Buckets">Of distances between tokens; a multiple of 4.</param>
/// <param name="FurthestDistance">From which on all share a bucket.</param>
public sealed record T5Config(int Width, int Layers, int Heads, int HeadWidth, int FeedForwardWidth,
    Activation Activation = Activation.GeluTanh, bool IsGated = true, int Vocabulary = 32128, int Buckets = 32,
    int FurthestDistance = 128, double NormEpsilon = 1e-6)
{
    const int MostBuckets = 1 << 12;

    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static T5Config Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.ReadLibraryKeys();
        // Dropout is for training, relative positions set no limit to the length, and the decoder is left out.
        config.Ignore("dropout_rate", "classifier_dropout", "n_positions", "output_past", "num_decoder_layers");
        var (activation, isGated) = FeedForward(config);
        int width = config.Size("d_model", 512, ConfigBounds.LargestWidth);
        int heads = config.Size("num_heads", 8, ConfigBounds.LargestWidth);
        int headWidth = config.Size("d_kv", 64, ConfigBounds.LargestWidth);
        if ((long)heads * headWidth > ConfigBounds.LargestWidth)
            throw config.Unsupported("d_kv",
                Invariant($"at most {ConfigBounds.LargestWidth} for {heads} heads together"),
                Invariant($"{headWidth}"));
        int buckets = config.Size("relative_attention_num_buckets", 32, MostBuckets);
        if (buckets % 4 != 0)
            throw config.Unsupported("relative_attention_num_buckets", "a multiple of 4", Invariant($"{buckets}"));
        int furthest = config.Size("relative_attention_max_distance", 128);
        if (furthest <= buckets / 4)
            throw config.Unsupported("relative_attention_max_distance",
                Invariant($"more than the {buckets / 4} distances with a bucket each"), Invariant($"{furthest}"));
        var read = new T5Config(width, config.Size("num_layers", 6, ConfigBounds.MostLayers), heads, headWidth,
            config.Size("d_ff", 2048, ConfigBounds.LargestWidth), activation, isGated,
            config.Size("vocab_size", 32128, ConfigBounds.MostRows), buckets, furthest,
            config.Epsilon("layer_norm_epsilon", 1e-6));
        config.Finish();
        return read;
    }

    /// <summary>The config.json of transformers' T5EncoderModel that reads as this.</summary>
    public JsonConfig ToJson() => ConfigWriter.Write("T5", json =>
    {
        // In the first key the library means its approximation by "gelu", in the others it says so.
        string name = Activation.Name();
        string gate = Activation == Activation.GeluTanh ? "gelu" : name;
        json.Texts("architectures", ["T5EncoderModel"]);
        json.WriteNumber("d_ff"u8, FeedForwardWidth);
        json.WriteNumber("d_kv"u8, HeadWidth);
        json.WriteNumber("d_model"u8, Width);
        json.WriteString("dense_act_fn"u8, name);
        json.WriteString("feed_forward_proj"u8, IsGated ? $"gated-{gate}" : name);
        json.WriteBoolean("is_gated_act"u8, IsGated);
        json.WriteNumber("layer_norm_epsilon"u8, NormEpsilon);
        json.WriteString("model_type"u8, "t5");
        json.WriteNumber("num_heads"u8, Heads);
        json.WriteNumber("num_layers"u8, Layers);
        json.WriteNumber("relative_attention_max_distance"u8, FurthestDistance);
        json.WriteNumber("relative_attention_num_buckets"u8, Buckets);
        json.WriteNumber("vocab_size"u8, Vocabulary);
    });

    // Newer files also hold what the library makes of the first key, and that is what it then goes by.
    static (Activation Activation, bool IsGated) FeedForward(JsonConfig config)
    {
        const string key = "feed_forward_proj";
        string projection = config.Text(key, "relu");
        bool isGated = projection.StartsWith("gated-", StringComparison.Ordinal);
        string name = isGated ? projection["gated-".Length..] : projection;
        // The one exception of the published library: the gate of v1.1 is the approximation.
        if (isGated && name == "gelu")
            name = "gelu_new";
        var activation = Activations.Find(name)
            ?? throw config.Unsupported(key, $"gated- or nothing, and {Activations.Names}", $"'{projection}'");
        return (config.Has("dense_act_fn") ? config.ReadActivation("dense_act_fn", name) : activation,
            config.Flag("is_gated_act", isGated));
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
