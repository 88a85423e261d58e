using System.Text;
using System.Text.Json.Nodes;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;

namespace SuTI.Model.Tests.Folders;

/// <summary>What is said of models without reading their tensors.</summary>
[Category("Fixtures")]
public class InspectionTests : LeakCheck
{
    // The kinds of networks that the classes of tests beside this one run.
    static readonly string[] s_rules =
    [
        "unet_", "vae_kl_", "clip_model_", "clip_text_", "clip_vision_", "t5_encoder_", "vit_", "dino_", "pipeline_if_",
        "pipeline_sd_", "train_dreambooth_",
    ];

    static IEnumerable<TestCaseData> Pipelines() => FixtureFolder.Find("pipeline_")
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    [TestCaseSource(typeof(FixtureNetworks), nameof(FixtureNetworks.Cases))]
    public void A_network_that_loads_has_no_problems(string folder)
    {
        var report = ModelReport.Read(folder);
        var part = report.Networks.Single();
        using var store = new ParameterStore();
        FixtureNetworks.Load(folder, store);
        Assert.That(part.Problems, Is.Empty);
        Assert.That((part.Parameters, report.Parameters), Is.EqualTo((store.Count, store.Count)));
        Assert.That(part.Architecture, Is.Not.Null.And.Not.Empty);
        Assert.That((part.MemoryAs(DType.Float32), part.MemoryAs(DType.BFloat16)),
            Is.EqualTo((4 * store.Count, 2 * store.Count)));
    }

    [TestCaseSource(nameof(Pipelines))]
    public void A_pipeline_is_the_sum_of_its_parts(string folder)
    {
        var report = ModelReport.Read(folder);
        Assert.That(report.Networks.Select(part => part.Name), Has.Member("unet").And.Member("text_encoder"));
        Assert.That(report.Others, Has.Some.StartsWith("tokenizer").And.Some.StartsWith("scheduler"));
        Assert.That(report.Networks.SelectMany(part => part.Problems), Is.Empty);
        Assert.That(report.Parameters, Is.EqualTo(report.Networks.Sum(part => part.Parameters)));
    }

    [Test]
    public void What_would_not_load_is_named_before_it_is_tried()
    {
        using var place = new TemporaryFolder();
        string folder = FixtureFolder.Find("vae_kl_").First();
        var stored = StoredTensors.Open(folder);
        stored.Move("encoder.conv_in.bias", "encoder.conv_inn.bias");
        long[] shape = stored["decoder.conv_in.weight"].Shape;
        stored["decoder.conv_in.weight"] = stored["decoder.conv_in.weight"] with { Shape = [shape[1], shape[0], .. shape[2..]] };
        stored.Write(place.File("model.safetensors"));
        File.Copy(Path.Combine(folder, "config.json"), place.File("config.json"));
        Assert.That(ModelReport.Read(place.Root).Networks.Single().Problems, Is.EqualTo(new[]
        {
            "1 missing: encoder.conv_in.bias", "1 unused: encoder.conv_inn.bias",
            $"1 of another shape: decoder.conv_in.weight (expected ({string.Join(", ", shape)}), found [{shape[1]}, {shape[0]}, 3, 3])",
        }));
        // Loading says the same, all of it at once and with the path of the file.
        using var store = new ParameterStore();
        Assert.That(() => FixtureNetworks.Load(place.Root, store), Throws.TypeOf<CheckpointMismatchException>()
            .With.Message.Contains("missing: encoder.conv_in.bias").And.Message.Contains("unused: encoder.conv_inn.bias")
            .And.Message.Contains("decoder.conv_in.weight (expected").And.Message.Contains(place.File("model.safetensors")));
        Assert.That(store.Parameters.Any(parameter => parameter.IsAllocated), Is.False);
    }

    [Test]
    public void A_class_that_is_not_known_is_said_to_be_so()
    {
        using var place = new TemporaryFolder();
        var stored = new StoredTensors
        {
            ["w"] = (SafetensorsType.F16, [2, 3], new byte[12]),
            ["ids"] = (SafetensorsType.I64, [1], new byte[8]),
        };
        stored.Write(place.File("model.safetensors"));
        place.File("config.json", """{"architectures": ["BertModel"]}""");
        var part = ModelReport.Read(place.Root).Networks.Single();
        Assert.That((part.Architecture, part.Parameters), Is.EqualTo(((string?)null, 6L)));
        Assert.That(part.Problems.Single(), Does.Contain("BertModel"));
    }

    [Test]
    public void Models_without_a_rule_are_listed()
    {
        var models = FixtureFolder.Find("").Where(ModelReport.Looks).ToList();
        var unknown = models.Where(folder => !Array.Exists(s_rules, rule => Path.GetFileName(folder)
            .StartsWith(rule, StringComparison.Ordinal))).Select(Path.GetFileName).ToList();
        var classes = models.SelectMany(folder => Directory.GetFiles(folder, "config.json", SearchOption.AllDirectories))
            .Select(file => JsonNode.Parse(File.ReadAllText(file))!.AsObject())
            .Select(json => (string?)json["_class_name"] ?? (string?)json["architectures"]?[0]
                ?? (string?)json["model_type"] ?? "no class");
        Assert.That(classes.Distinct(), Is.SubsetOf(KnownNetworks.Classes), "classes of networks");
        // As a skipped test, because that is what every runner prints with its reason.
        if (unknown.Count > 0)
            Assert.Ignore($"{unknown.Count} models are of kinds that have no rule yet: {string.Join(", ", unknown)}");
    }

    [TestCase("layers_per_block", "2000000000"), TestCase("block_out_channels", "[2000000000]")]
    [TestCase("transformer_layers_per_block", "2000000000"), TestCase("conv_in_kernel", "2000000001")]
    [TestCase("in_channels", "2000000000"), TestCase("cross_attention_dim", "2000000000")]
    [TestCase("encoder_hid_dim", "2000000000"), TestCase("time_embedding_dim", "2000000000")]
    [TestCase("num_class_embeds", "2000000000"), TestCase("block_out_channels", "[]")]
    public void Absurd_sizes_are_refused_before_anything_is_declared(string key, string value)
    {
        string widths = key == "block_out_channels" ? value : "[32]";
        string blocks = widths == "[]" ? "[]" : "[\"CrossAttnDownBlock2D\"]";
        string rest = key == "block_out_channels" ? "" : $", \"{key}\": {value}";
        using var store = new ParameterStore();
        Assert.That(() => KnownNetworks.Declare("UNet2DConditionModel", store.Root, JsonConfig.Parse(
            Encoding.UTF8.GetBytes($$"""
                {"block_out_channels": {{widths}}, "down_block_types": {{blocks}},
                 "up_block_types": {{blocks.Replace("Down", "Up", StringComparison.Ordinal)}}{{rest}}}
                """), "test"), []),
            Throws.TypeOf<SutiException>().With.Message.Contains(key));
        Assert.That(store.Parameters, Is.Empty);
    }

    [TestCase("layers_per_block", "2000000000"), TestCase("latent_channels", "2000000000")]
    [TestCase("block_out_channels", "[2000000000]"), TestCase("block_out_channels", "[]")]
    [TestCase("block_out_channels", "[\"eight\"]"), TestCase("layers_per_block", "{}")]
    public void Absurd_sizes_of_an_autoencoder_are_refused(string key, string value)
    {
        string widths = key == "block_out_channels" ? value : "[32]";
        string blocks = widths == "[]" ? "[]" : "[\"DownEncoderBlock2D\"]";
        string rest = key == "block_out_channels" ? "" : $", \"{key}\": {value}";
        using var store = new ParameterStore();
        Assert.That(() => KnownNetworks.Declare("AutoencoderKL", store.Root, JsonConfig.Parse(Encoding.UTF8.GetBytes($$"""
            {"block_out_channels": {{widths}}, "down_block_types": {{blocks}},
             "up_block_types": {{blocks.Replace("DownEncoder", "UpDecoder", StringComparison.Ordinal)}}{{rest}}}
            """), "test"), []), Throws.TypeOf<SutiException>().With.Message.Contains(key));
        Assert.That(store.Parameters, Is.Empty);
    }
}
