using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SuTI.Model.Autoencoder;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Folders;

/// <summary>What is written as a configuration reads as the same network, and says what the published file says.</summary>
public class ConfigWritingTests
{
    static IEnumerable<TestCaseData> Files()
    {
        foreach (string folder in FixtureFolder.Find(""))
        {
            foreach (string file in Directory.GetFiles(folder, "config.json", SearchOption.AllDirectories).Order())
            {
                yield return new TestCaseData(file).SetArgDisplayNames(Path.GetRelativePath(FixtureFolder.Root, file));
            }
        }
    }

    [Category("Fixtures")]
    [TestCaseSource(nameof(Files))]
    public void A_written_configuration_reads_as_the_same(string file)
    {
        var written = Rewrite(JsonConfig.Open(file), out var first);
        Rewrite(written, out var second);
        Assert.That(second, Is.EqualTo(first).UsingPropertiesComparer());
        var published = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        // DINO's own arguments have other names.
        if (!published.ContainsKey("embed_dim"))
            AssertAgrees(Node(written), published, "");
    }

    [TestCase("""{"d_model": 8, "num_heads": 2, "feed_forward_proj": "relu"}""")]
    [TestCase("""{"d_model": 8, "num_heads": 2, "feed_forward_proj": "gated-silu"}""")]
    [TestCase("""{"d_model": 8, "num_heads": 2, "feed_forward_proj": "gated-gelu"}""")]
    [TestCase("""{"d_model": 8, "num_heads": 2, "feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu"}""")]
    [TestCase("""{"d_model": 8, "num_heads": 2, "feed_forward_proj": "gelu"}""")]
    public void Every_feed_forward_part_of_T5_is_written(string json)
    {
        var config = T5Config.Read(Parse(json));
        Assert.That(T5Config.Read(config.ToJson()), Is.EqualTo(config));
    }

    [TestCase("""
        "layers_per_block": [1, 2], "attention_head_dim": [4, 8], "only_cross_attention": [true, false],
        "cross_attention_dim": [24, 40], "transformer_layers_per_block": [1, 3], "sample_size": [8, 12],
        "mid_block_only_cross_attention": true, "use_linear_projection": true, "center_input_sample": true,
        "conv_in_kernel": 5, "conv_out_kernel": 1, "downsample_padding": 0, "num_class_embeds": 7, "act_fn": "relu",
        "time_embedding_dim": 99, "flip_sin_to_cos": false, "freq_shift": 1, "norm_eps": 1e-6, "norm_num_groups": 4
        """)]
    [TestCase("\"cross_attention_norm\": \"layer_norm\", \"time_embedding_act_fn\": \"gelu\"")]
    public void Every_option_of_a_unet_is_written(string members)
    {
        var config = UnetConfigReader.Read(Parse($$"""
            {"block_out_channels": [32, 64], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], {{members}}}
            """));
        Assert.That(UnetConfigReader.Read(UnetConfigWriter.Write(config)),
            Is.EqualTo(config).UsingPropertiesComparer());
    }

    [Test]
    public void An_autoencoder_without_convolutions_around_its_latents_is_written()
    {
        var config = new AutoencoderConfig(3, 3, [32, 64], 2, 16, 32, 0.3611)
        {
            Shift = 0.1159,
            HasQuantConvolutions = false,
            SampleSize = 1024,
        };
        Assert.That(AutoencoderConfig.Read(config.ToJson()), Is.EqualTo(config).UsingPropertiesComparer());
    }

    [Test]
    public void A_unet_that_the_published_class_cannot_be_is_refused()
    {
        var config = UnetConfigReader.Read(Parse("""
            {"block_out_channels": [32], "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"]}
            """));
        var level = config.Levels[0] with { Down = new(AttentionKind.Joint, false) };
        Assert.That(() => UnetConfigWriter.Write(config with { Levels = [level] }),
            Throws.TypeOf<SutiException>().With.Message.Contains("SimpleCrossAttnDownBlock2D"));
    }

    static JsonConfig Rewrite(JsonConfig config, out object read)
    {
        string name = config.OptionalText("_class_name") ?? config.TextsOrNulls("architectures")?[0]
            ?? config.Text("model_type");
        switch (name)
        {
            case "UNet2DConditionModel":
                var unet = UnetConfigReader.Read(config);
                read = unet;
                return UnetConfigWriter.Write(unet);
            case "AutoencoderKL":
                var autoencoder = AutoencoderConfig.Read(config);
                read = autoencoder;
                return autoencoder.ToJson();
            case "CLIPTextModel" or "CLIPTextModelWithProjection":
                var text = ClipTextConfig.Read(config);
                read = text;
                return text.ToJson(name);
            case "CLIPVisionModel" or "CLIPVisionModelWithProjection":
                var vision = ClipVisionConfig.Read(config);
                read = vision;
                return vision.ToJson(name);
            case "CLIPModel":
                var clip = ClipConfig.Read(config);
                read = clip;
                return clip.ToJson();
            case "ViTModel" or "dino_vision_transformer":
                var vit = VitConfig.Read(config);
                read = vit;
                return vit.ToJson();
            case "T5EncoderModel" or "T5ForConditionalGeneration":
                var t5 = T5Config.Read(config);
                read = t5;
                return t5.ToJson();
            default:
                throw new NotSupportedException($"{config.Source}: no network is called {name}");
        }
    }

    // Numbers are equal as numbers; a list of one value may stand for that value, and a value for an absent or null one.
    static void AssertAgrees(JsonObject written, JsonObject published, string path)
    {
        foreach (var (key, value) in written)
        {
            if (!published.TryGetPropertyValue(key, out var expected) || expected is null)
                continue;
            string at = $"{path}.{key}";
            // What a tower says of the shared space is not used: the whole model's word counts.
            if (path.EndsWith("_config", StringComparison.Ordinal) && key == "projection_dim")
                continue;
            if (value is JsonObject inside)
                AssertAgrees(inside, expected.AsObject(), at);
            else
                Assert.That(Plain(value), Is.EqualTo(Plain(expected)), at);
        }
    }

    static object Plain(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray { Count: > 0 } list when list.Skip(1).All(item => JsonNode.DeepEquals(item, list[0])) => Plain(list[0]),
        JsonArray list => string.Join(',', list.Select(Plain)),
        _ when node.GetValueKind() == JsonValueKind.Number => node.GetValue<double>(),
        _ => node.ToJsonString(),
    };

    static JsonObject Node(JsonConfig config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            config.CopyTo(json);
            json.WriteEndObject();
        }
        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }

    static JsonConfig Parse(string json) => JsonConfig.Parse(Encoding.UTF8.GetBytes(json), "test");
}
