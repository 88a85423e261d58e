using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Vision;

/// <summary>Parameter counts of the published configurations; nothing is allocated for them.</summary>
public class VisionParameterTests : LeakCheck
{
    // By hand, with W the width, F = 4 W, p the patch, D the shared width: class W, patches 3 p² W, positions
    // ((224 / p)² + 1) W, two norms of 2 W, layers of 12 W² + 13 W. L/14: 303,179,776 and the text's 123,060,480,
    // then 768 · 768 + 1024 · 768 of projections and the scale. B/32: 87,456,000, 63,165,952, 512 · 512 + 768 · 512, 1.
    [TestCase("""
        "projection_dim": 768,
        "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "eos_token_id": 2},
        "vision_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16,
            "num_hidden_layers": 24, "patch_size": 14}
        """, 427_616_513, 303_179_776, TestName = "CLIP ViT-L/14")]
    [TestCase("""
        "logit_scale_init_value": 2.6592, "projection_dim": 512, "text_config": {}, "vision_config": {},
        "text_config_dict": null, "vision_config_dict": null
        """, 151_277_313, 87_456_000, TestName = "CLIP ViT-B/32")]
    [TestCase("""
        "projection_dim": 512, "text_config": {"hidden_size": 17}, "text_config_dict": {"num_hidden_layers": 12},
        "vision_config": {"hidden_size": 19}, "vision_config_dict": {"patch_size": 16}
        """, 149_620_737, 85_799_424, TestName = "CLIP ViT-B/16, its towers described twice")]
    public void Clip_has_its_published_size(string json, long expected, long vision)
    {
        var config = ClipConfig.Read(Parse(json));
        using var store = new ParameterStore();
        _ = new ClipModel(store.Root, config);
        Check(store, expected);
        using var tower = new ParameterStore();
        _ = new ClipVisionEncoder(tower.Root, config.Vision);
        Check(tower, vision);
    }

    // S/16: class 384, patches 768 · 384 + 384, positions 197 · 384, 12 layers, a last norm: 21,665,664.
    [TestCase("""
        "architectures": ["ViTModel"], "attention_probs_dropout_prob": 0.0, "encoder_stride": 16, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0, "hidden_size": 384, "image_size": 224, "initializer_range": 0.02,
        "intermediate_size": 1536, "layer_norm_eps": 1e-12, "model_type": "vit", "num_attention_heads": 6,
        "num_channels": 3, "num_hidden_layers": 12, "patch_size": 16, "qkv_bias": true, "torch_dtype": "float32",
        "transformers_version": "4.15.0.dev0"
        """, 21_665_664, TestName = "DINO ViT-S/16 by the library")]
    [TestCase("\"embed_dim\": 384, \"depth\": 12, \"num_heads\": 6, \"qkv_bias\": true", 21_665_664,
        TestName = "DINO ViT-S/16 by its own arguments")]
    [TestCase("\"layer_norm_eps\": 1e-12", 85_798_656, TestName = "DINO ViT-B/16")]
    public void Vision_transformers_have_their_published_size(string json, long expected)
    {
        using var store = new ParameterStore();
        var config = VitConfig.Read(Parse(json));
        _ = new VitModel(store.Root, config);
        Check(store, expected);
        using var pooled = new ParameterStore();
        _ = new VitModel(pooled.Root, config with { HasPooler = true });
        int width = config.Sizes.Width;
        Check(pooled, expected + (width * width) + width);
    }

    static void Check(ParameterStore store, long expected)
    {
        Assert.That(store.Count, Is.EqualTo(expected));
        Assert.That(store.Parameters.Any(parameter => parameter.IsAllocated), Is.False);
    }

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
