using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Autoencoder;
using SuTI.Model.Folders;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Unet;

/// <summary>Parameter counts of the published configurations; nothing is allocated for them.</summary>
public class UnetParameterTests : LeakCheck
{
    const string StableDiffusion = """
        "_class_name": "UNet2DConditionModel", "block_out_channels": [320, 640, 1280, 1280], "in_channels": 4,
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        "layers_per_block": 2, "sample_size": 64
        """;

    const string DeepFloyd = """
        "_class_name": "UNet2DConditionModel", "encoder_hid_dim": 4096, "encoder_hid_dim_type": "text_proj",
        "addition_embed_type": "text", "addition_embed_type_num_heads": 64, "attention_head_dim": 64,
        "cross_attention_norm": "group_norm", "act_fn": "gelu", "resnet_time_scale_shift": "scale_shift",
        "mid_block_type": "UNetMidBlock2DSimpleCrossAttn", "out_channels": 6
        """;

    // The U-Net of SD-1.5 is 859,520,964 wherever it is counted; 865,910,724 is that of SD-2.1; inpainting widens the
    // first convolution by 5 channels: 5 · 320 · 9 more. The IF models are published as 4.3 G and 1.2 G.
    [TestCase(StableDiffusion + """, "attention_head_dim": 8, "cross_attention_dim": 768""", 859_520_964, TestName = "Stable Diffusion 1.5")]
    [TestCase(StableDiffusion + """, "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": true""", 865_910_724, TestName = "Stable Diffusion 2.1")]
    [TestCase(DeepFloyd + """
        , "block_out_channels": [704, 1408, 2112, 2816], "layers_per_block": 3, "cross_attention_dim": 2816,
        "in_channels": 3, "down_block_types": ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D",
            "SimpleCrossAttnDownBlock2D", "SimpleCrossAttnDownBlock2D"],
        "up_block_types": ["SimpleCrossAttnUpBlock2D", "SimpleCrossAttnUpBlock2D", "SimpleCrossAttnUpBlock2D",
            "ResnetUpsampleBlock2D"]
        """, 4_304_695_110, TestName = "IF-I-XL")]
    [TestCase(DeepFloyd + """
        , "block_out_channels": [160, 320, 640, 960, 1280], "layers_per_block": [2, 2, 3, 5, 5],
        "cross_attention_dim": 1280, "time_embedding_dim": 1280, "in_channels": 6, "class_embed_type": "timestep", "resnet_skip_time_act": true,
        "down_block_types": ["ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D",
            "SimpleCrossAttnDownBlock2D", "SimpleCrossAttnDownBlock2D"],
        "up_block_types": ["SimpleCrossAttnUpBlock2D", "SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D",
            "ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"]
        """, 1_243_277_190, TestName = "IF-II-L")]
    public void Unets_have_their_published_size(string json, long expected)
    {
        using var store = new ParameterStore();
        _ = new ConditionalUnet(store.Root, UnetConfigReader.Read(Parse(json)));
        Assert.That(store.Count, Is.EqualTo(expected));
        Assert.That(store.Parameters.Any(parameter => parameter.IsAllocated), Is.False);
    }

    [Test]
    public void The_autoencoder_of_stable_diffusion_has_its_published_size()
    {
        using var store = new ParameterStore();
        _ = new ImageAutoencoder(store.Root, new(3, 3, [128, 256, 512, 512], 2, 4, 32, 0.18215));
        Assert.That(store.Count, Is.EqualTo(83_653_863));
    }

    [Test]
    public void Unknown_keys_are_named()
        => Assert.That(() => UnetConfigReader.Read(Parse(StableDiffusion + """, "colour": 3""")),
            Throws.InstanceOf<SutiException>().With.Message.Contains("'colour'"));

    [TestCase("\"time_embedding_type\": \"fourier\"", "time_embedding_type")]
    [TestCase("\"act_fn\": \"mish\"", "act_fn")]
    [TestCase("\"class_embed_type\": \"projection\"", "class_embed_type")]
    [TestCase("\"addition_embed_type\": \"text_time\"", "addition_embed_type")]
    [TestCase("\"attention_head_dim\": 7", "attention_head_dim")]
    [TestCase("\"norm_num_groups\": 33", "norm_num_groups")]
    [TestCase("\"layers_per_block\": [2, 2]", "layers_per_block")]
    [TestCase("\"dual_cross_attention\": true", "dual_cross_attention")]
    public void Unsupported_values_are_named(string member, string key)
    {
        string json = StableDiffusion.Replace("\"layers_per_block\": 2,",
            key == "layers_per_block" ? "" : "\"layers_per_block\": 2,", StringComparison.Ordinal);
        Assert.That(() => UnetConfigReader.Read(Parse($"{json}, {member}")),
            Throws.InstanceOf<SutiException>().With.Message.Contains(key));
    }

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
