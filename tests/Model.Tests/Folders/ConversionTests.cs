using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Conversion;
using SuTI.Model.Folders.KeyMaps;
using SuTI.Model.Unet;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Folders;

/// <summary>Models from one layout into another and back.</summary>
[Category("Fixtures")]
public class ConversionTests : LeakCheck
{
    static IEnumerable<TestCaseData> Folders(string kind) => FixtureFolder.Find(kind)
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    static IEnumerable<TestCaseData> Pipelines() => Folders("pipeline_");

    static IEnumerable<TestCaseData> StableDiffusions() => Folders("pipeline_sd");

    static IEnumerable<TestCaseData> Named() => Folders("unet_").Concat(Folders("vae_kl_"))
        .Concat(Folders("clip_model_")).Concat(Folders("clip_text_")).Concat(Folders("clip_vision_"))
        .Concat(Folders("vit_"));

    static IEnumerable<TestCaseData> Originals() => Folders("dino_");

    [TestCaseSource(typeof(FixtureNetworks), nameof(FixtureNetworks.Cases))]
    public void A_network_that_is_saved_loads_as_the_same(string folder)
    {
        using var place = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using ParameterStore first = new(), second = new();
        FixtureNetworks.Load(folder, first);
        var part = ModelFolder.Open(folder).Parts.Single();
        // In the library's names, whichever it was read in.
        string className = part.ClassName == "dino_vision_transformer" ? "ViTModel" : part.ClassName;
        var config = part.ClassName == className ? part.OpenConfig() : VitConfig.Read(part.OpenConfig()).ToJson();
        ModelFolderWriter.Save(place.File("saved"), null, [new("", part.Library!, className)
        {
            Config = config,
            Weights = first.Stored(),
        }], shardBytes: 40_000);
        FixtureNetworks.Load(place.File("saved"), second);
        FixtureNetworks.AssertEqual(second, first);
        var saved = ModelFolder.Open(place.File("saved"));
        Assert.That(saved.ClassName, Is.EqualTo(className));
        Assert.That(saved.Parts.Single().OpenConfig().Keys, Is.SupersetOf(config.Keys.Except(["architectures"])));
    }

    [TestCaseSource(nameof(Pipelines))]
    public void A_pipeline_stays_the_same_in_another_folder(string folder)
    {
        using var place = new TemporaryFolder();
        var report = ModelConverter.Convert(folder, place.File("out"), new() { ShardBytes = 50_000 });
        ModelFolder model = ModelFolder.Open(folder), converted = ModelFolder.Open(place.File("out"));
        Assert.That(converted.ClassName, Is.EqualTo(model.ClassName));
        Assert.That(converted.Index!.Keys, Is.EquivalentTo(model.Index!.Keys));
        Assert.That(report.Parameters, Is.EqualTo(model.Parts.Where(part => part.IsNetwork)
            .Sum(part => part.Summarize().Parameters)));
        foreach (var part in model.Parts)
        {
            var other = converted[part.Name];
            if (part.IsNetwork)
                StoredTensors.AssertEqual(StoredTensors.Open(other.Folder), StoredTensors.Open(part.Folder));
            foreach (string file in Directory.GetFiles(part.Folder).Where(file => !part.IsNetwork))
                Assert.That(File.ReadAllBytes(Path.Combine(other.Folder, Path.GetFileName(file))),
                    Is.EqualTo(File.ReadAllBytes(file)), file);
        }
    }

    [TestCaseSource(nameof(StableDiffusions))]
    public void A_pipeline_becomes_one_file_and_a_folder_again(string folder)
    {
        using var place = new TemporaryFolder();
        string file = place.File("one.safetensors"), again = place.File("again");
        ModelConverter.Convert(folder, file);
        using (var source = WeightFiles.Open(file))
        {
            Assert.That(source.Entries.Select(entry => entry.Name), Has.All.Match(
                "^(model[.]diffusion_model|first_stage_model|cond_stage_model)[.]"));
        }
        var report = ModelConverter.Convert(file, again, new() { Tokenizer = Path.Combine(folder, "tokenizer") });
        Assert.That(report.What, Does.Contain("StableDiffusionPipeline"));
        ModelFolder model = ModelFolder.Open(folder), converted = ModelFolder.Open(again);
        Assert.That(converted.Parts.Select(part => part.ToString()),
            Is.EquivalentTo(model.Parts.Select(part => part.ToString())));
        foreach (var part in model.Parts.Where(part => part.IsNetwork))
        {
            // The file has the attention of the autoencoder as convolutions; both spellings load alike.
            using ParameterStore first = new(), second = new();
            using var scope = TensorScope.Open();
            FixtureNetworks.Load(part.Folder, first);
            FixtureNetworks.Load(converted[part.Name].Folder, second);
            FixtureNetworks.AssertEqual(second, first);
            Assert.That(converted[part.Name].OpenConfig().Keys, Is.EquivalentTo(part.OpenConfig().Keys), part.Name);
        }
        Assert.That(Draw(again), Is.EqualTo(Draw(folder)), "the U-Net gives the same numbers");
        Assert.That(converted["scheduler"].OpenConfig().Text("_class_name"),
            Is.EqualTo(model["scheduler"].OpenConfig().Text("_class_name")));
    }

    [Test]
    public void Stable_diffusion_2_keeps_all_the_layers_that_its_folder_has()
    {
        using var place = new TemporaryFolder();
        string folder = SecondVersion(place);
        string file = place.File("two.safetensors");
        var report = ModelConverter.Convert(folder, file);
        Assert.That(report.What, Does.Contain("Stable Diffusion 2"));
        Assert.That(report.Notes, Has.Some.Contains("unused last layer"));
        ModelConverter.Convert(file, place.File("again"), new() { Prediction = FilePrediction.Epsilon });
        foreach (string part in new[] { "unet", "vae", "text_encoder" })
        {
            using ParameterStore first = new(), second = new();
            using var scope = TensorScope.Open();
            FixtureNetworks.Load(Path.Combine(folder, part), first);
            FixtureNetworks.Load(Path.Combine(place.File("again"), part), second);
            FixtureNetworks.AssertEqual(second, first);
        }
        // Its schedule is in the file; without it somebody has to say what the network predicts.
        var bare = StoredTensors.Open(file);
        bare.Write(place.File("bare.safetensors"));
        Assert.That(() => ModelConverter.Convert(place.File("bare.safetensors"), place.File("bare")),
            Throws.TypeOf<SutiException>().With.Message.Contains("predicts"));
        ModelConverter.Convert(place.File("bare.safetensors"), place.File("bare"),
            new() { Prediction = FilePrediction.Velocity });
        var bareModel = ModelFolder.Open(place.File("bare"));
        Assert.That(bareModel["scheduler"].OpenConfig().Text("prediction_type"), Is.EqualTo("v_prediction"));
        Assert.That(bareModel.Find("tokenizer"), Is.Null);
    }

    [TestCaseSource(nameof(Named))]
    public void A_network_goes_to_the_names_of_its_authors_and_back(string folder)
    {
        using var place = new TemporaryFolder();
        string original = place.File("original.safetensors"), library = place.File("library.safetensors");
        ModelConverter.Convert(folder, original, new() { Names = NameStyle.Original });
        // Beside its configuration, which says how it is divided.
        Directory.CreateDirectory(place.File("with"));
        File.Copy(original, Path.Combine(place.File("with"), "model.safetensors"));
        File.Copy(Path.Combine(folder, "config.json"), Path.Combine(place.File("with"), "config.json"));
        ModelConverter.Convert(place.File("with"), library, new() { Names = NameStyle.Library });
        using var stored = WeightFiles.Open(folder);
        using var modern = WeightView.Of(stored, OriginalAutoencoder.PlanModern(stored));
        var expected = StoredTensors.Of(modern);
        foreach (string name in expected.Keys.Where(name => name.EndsWith("position_ids", StringComparison.Ordinal)
            || name.StartsWith("pooler.", StringComparison.Ordinal)).ToList())
            expected.Remove(name);
        StoredTensors.AssertEqual(StoredTensors.Open(library), expected);
        Assert.That(StoredTensors.Open(original).Keys, Is.Not.EquivalentTo(expected.Keys));
    }

    [TestCaseSource(nameof(Originals))]
    public void An_original_vision_transformer_computes_the_same_under_the_names_of_the_library(string folder)
    {
        using var place = new TemporaryFolder();
        using var scope = TensorScope.Open();
        ModelConverter.Convert(folder, place.File("vit"), new() { Names = NameStyle.Library });
        var converted = ModelFolder.Open(place.File("vit"));
        Assert.That(converted.ClassName, Is.EqualTo("ViTModel"));
        var config = VitConfig.Read(converted.Parts.Single().OpenConfig());
        Assert.That(config, Is.EqualTo(VitConfig.Read(JsonConfig.Open(Path.Combine(folder, "config.json")))));
        using ParameterStore first = new(), second = new();
        VitModel original = new(first.Root, config), library = new(second.Root, config);
        using (var checkpoint = SafetensorsCheckpoint.Open(Path.Combine(folder, "model.safetensors")))
            DinoCheckpoint.Load(first, checkpoint);
        second.Load(place.File("vit"));
        var images = Tensor.Normal([1, config.ImageSize, config.ImageSize, config.Channels], RandomKey.For("x", 1));
        Assert.That(library.Feature(images).ToArray<float>(), Is.EqualTo(original.Feature(images).ToArray<float>()));
        ModelConverter.Convert(place.File("vit"), place.File("back.safetensors"), new() { Names = NameStyle.Original });
        StoredTensors.AssertEqual(StoredTensors.Open(place.File("back.safetensors")),
            StoredTensors.Open(Path.Combine(folder, "model.safetensors")));
    }

    static float[] Draw(string folder)
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        var part = ModelFolder.Open(folder)["unet"];
        var unet = new ConditionalUnet(store.Root, UnetConfigReader.Read(part.OpenConfig()));
        store.Load(part.Folder);
        var config = unet.Config;
        return unet.Forward(Tensor.Normal([2, 8, 8, config.InChannels], RandomKey.For("x", 1)), [801],
            Tensor.Normal([2, 5, config.ContextWidth], RandomKey.For("text", 1))).ToArray<float>();
    }

    // Small parts of the published kinds, put together; what fits what does not matter to a conversion.
    static string SecondVersion(TemporaryFolder place)
    {
        string Network(string kind) => FixtureFolder.Find(kind).First();
        var sources = new List<IWeightSource>();
        try
        {
            SavedPart Part(string name, string library, string className, string folder)
            {
                sources.Add(WeightFiles.Open(folder));
                return new(name, library, className)
                {
                    Config = JsonConfig.Open(Path.Combine(folder, "config.json")),
                    Weights = WeightCopy.Tensors(sources[^1]),
                };
            }
            ModelFolderWriter.Save(place.File("second"), "StableDiffusionPipeline",
            [
                Part("unet", "diffusers", "UNet2DConditionModel", Network("unet_sd2_")),
                Part("vae", "diffusers", "AutoencoderKL", Network("vae_kl_")),
                Part("text_encoder", "transformers", "CLIPTextModel", Network("clip_text_sd2_")),
                new("scheduler", "diffusers", "DDIMScheduler")
                {
                    CopyOf = Path.Combine(Network("pipeline_sd_"), "scheduler"),
                },
            ]);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
        return place.File("second");
    }
}
