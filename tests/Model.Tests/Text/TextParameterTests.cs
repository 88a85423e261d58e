using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>Parameter counts of the published configurations; nothing is allocated for them.</summary>
public class TextParameterTests : LeakCheck
{
    // By hand, with V the vocabulary, P the positions, W the width, F = 4 W: tables (V + P) W; a layer has four
    // products W² + W, two W F + F + W in all, two norms of 2 W, so 12 W² + 13 W; a last norm 2 W.
    // SD-1.5: 49485 · 768 + 12 · (12 · 768² + 13 · 768) + 1536.
    // SD-2.1: 49485 · 1024 + 23 · (12 · 1024² + 13 · 1024) + 2048.
    [TestCase("""
        "_name_or_path": "openai/clip-vit-large-patch14", "architectures": ["CLIPTextModel"], "attention_dropout": 0.0,
        "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2, "hidden_act": "quick_gelu", "hidden_size": 768,
        "initializer_factor": 1.0, "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-05,
        "max_position_embeddings": 77, "model_type": "clip_text_model", "num_attention_heads": 12,
        "num_hidden_layers": 12, "pad_token_id": 1, "projection_dim": 768, "torch_dtype": "float32",
        "transformers_version": "4.22.0.dev0", "vocab_size": 49408
        """, 123_060_480, TestName = "CLIP text of Stable Diffusion 1.5")]
    [TestCase("""
        "_name_or_path": "hf-models/stable-diffusion-v2-768x768/text_encoder", "architectures": ["CLIPTextModel"],
        "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2, "hidden_act": "gelu",
        "hidden_size": 1024, "initializer_factor": 1.0, "initializer_range": 0.02, "intermediate_size": 4096,
        "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "model_type": "clip_text_model",
        "num_attention_heads": 16, "num_hidden_layers": 23, "pad_token_id": 1, "projection_dim": 512,
        "torch_dtype": "float32", "transformers_version": "4.25.0.dev0", "vocab_size": 49408
        """, 340_387_840, TestName = "OpenCLIP text of Stable Diffusion 2.1")]
    public void Clip_text_has_its_published_size(string json, long expected)
    {
        using var store = new ParameterStore();
        _ = new ClipTextEncoder(store.Root, ClipTextConfig.Read(Parse(json)));
        Check(store, expected);
    }

    // By hand, with W the width, I = heads · 64, F the inner width: a table 32128 W; a layer 4 W I + 3 W F + 2 W;
    // 32 · heads distances; a last norm W.
    // XXL: 32128 · 4096 + 24 · (4 · 4096² + 3 · 4096 · 10240 + 8192) + 2048 + 4096.
    [TestCase(768, 12, 12, 2048, 109_628_544, TestName = "T5 v1.1 base encoder")]
    [TestCase(2048, 24, 32, 5120, 1_223_527_424, TestName = "T5 v1.1 XL encoder")]
    [TestCase(4096, 24, 64, 10240, 4_762_310_656, TestName = "T5 v1.1 XXL encoder")]
    public void T5_has_its_published_size(int width, int layers, int heads, int inner, long expected)
    {
        using var store = new ParameterStore();
        var config = T5Config.Read(Parse($"""
            "architectures": ["T5ForConditionalGeneration"], "d_ff": {inner}, "d_kv": 64, "d_model": {width},
            "decoder_start_token_id": 0, "dropout_rate": 0.1, "eos_token_id": 1, "feed_forward_proj": "gated-gelu",
            "initializer_factor": 1.0, "is_encoder_decoder": true, "layer_norm_epsilon": 1e-06, "model_type": "t5",
            "num_decoder_layers": {layers}, "num_heads": {heads}, "num_layers": {layers}, "output_past": true,
            "pad_token_id": 0, "relative_attention_num_buckets": 32, "tie_word_embeddings": false, "use_cache": true,
            "vocab_size": 32128
            """));
        _ = new T5Encoder(store.Root, config);
        Check(store, expected);
    }

    // T5 v1.0 has one product where v1.1 has a gate:
    // base 32128 · 768 + 12 · (4 · 768² + 2 · 768 · 3072 + 1536) + 384 + 768.
    [Test]
    public void The_first_T5_has_its_published_size()
    {
        using var store = new ParameterStore();
        _ = new T5Encoder(store.Root, T5Config.Read(Parse("""
            "d_ff": 3072, "d_kv": 64, "d_model": 768, "n_positions": 512, "num_heads": 12, "num_layers": 12,
            "task_specific_params": {"summarization": {"prefix": "summarize: "}}
            """)));
        Check(store, 109_628_544);
    }

    static void Check(ParameterStore store, long expected)
    {
        Assert.That(store.Count, Is.EqualTo(expected));
        Assert.That(store.Parameters.Any(parameter => parameter.IsAllocated), Is.False);
    }

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
