using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Autoencoder;
using SuTI.Model.Folders;

namespace SuTI.Model.Tests.Folders;

public class ModelFolderTests : LeakCheck
{
    static IEnumerable<TestCaseData> Pipelines() => FixtureFolder.Find("pipeline_")
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    [Category("Fixtures")]
    [TestCaseSource(nameof(Pipelines))]
    public void A_pipeline_says_what_its_parts_are(string folder)
    {
        var model = ModelFolder.Open(folder);
        Assert.That(model.ClassName, Does.EndWith("Pipeline"));
        Assert.That(model["unet"].ClassName, Is.EqualTo("UNet2DConditionModel"));
        Assert.That(model["scheduler"].IsNetwork, Is.False);
        Assert.That(model["scheduler"].OpenConfig().Has("num_train_timesteps"));
        Assert.That(model["tokenizer"].IsNetwork, Is.False);
        foreach (var part in model.Parts.Where(part => part.IsNetwork))
        {
            var summary = part.Summarize();
            Assert.That(summary.Parameters, Is.GreaterThan(1000), part.Name);
            Assert.That(summary.Files.Sum(file => file.Bytes), Is.EqualTo(summary.Bytes));
            Assert.That(summary.Types.Sum(type => type.Elements), Is.EqualTo(summary.Parameters));
            Assert.That(part.OpenConfig().Keys, Is.Not.Empty);
        }
        Assert.That(() => model["nothing"], Throws.TypeOf<SutiException>().With.Message.Contains("unet"));
    }

    [Category("Fixtures")]
    [TestCaseSource(nameof(Pipelines))]
    public void A_saved_pipeline_is_the_same_again(string folder)
    {
        using var place = new TemporaryFolder();
        var model = ModelFolder.Open(folder);
        string saved = place.File("saved");
        var parts = new List<SavedPart>();
        var sources = new List<IWeightSource>();
        try
        {
            foreach (var part in model.Parts)
            {
                if (part.IsNetwork)
                    sources.Add(part.OpenWeights());
                parts.Add(part.IsNetwork
                    ? new(part.Name, part.Library!, part.ClassName)
                    {
                        Config = part.OpenConfig(),
                        Weights = WeightCopy.Tensors(sources[^1])
                    }
                    : new(part.Name, part.Library!, part.ClassName) { CopyOf = part.Folder });
            }
            ModelFolderWriter.Save(saved, model.ClassName, parts, shardBytes: 50_000);
            // Once more over itself.
            ModelFolderWriter.Save(saved, model.ClassName, parts, shardBytes: 50_000);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
        Assert.That(place.Names(), Is.EqualTo(new[] { "saved" }));
        var again = ModelFolder.Open(saved);
        Assert.That(again.Parts.Select(part => part.ToString()), Is.EquivalentTo(model.Parts.Select(part =>
            part.ToString())));
        foreach (var part in model.Parts)
        {
            var other = again[part.Name];
            if (part.ConfigFile is not null)
                Assert.That(other.OpenConfig().Keys, Is.EquivalentTo(part.OpenConfig().Keys), part.Name);
            if (!part.IsNetwork)
                continue;
            Assert.That(Directory.GetFiles(other.Folder, "*-00001-of-*.safetensors"), Has.Length.EqualTo(1));
            StoredTensors.AssertEqual(StoredTensors.Open(other.Folder), StoredTensors.Open(part.Folder));
        }
    }

    [Category("Fixtures")]
    [TestCaseSource(nameof(Pipelines))]
    public void Converted_weights_load_into_the_network(string folder)
    {
        var model = ModelFolder.Open(folder);
        if (model.Find("vae") is not { } part)
        {
            Assert.Pass("this pipeline has no autoencoder");
            return;
        }
        using var place = new TemporaryFolder();
        using (var weights = part.OpenWeights())
            SafetensorsWriter.Write(place.File("model.safetensors"), WeightCopy.Tensors(weights, DType.BFloat16));
        using var exact = new ParameterStore();
        using var rounded = new ParameterStore();
        foreach (var store in new[] { exact, rounded })
            _ = new ImageAutoencoder(store.Root, AutoencoderConfig.Read(part.OpenConfig()));
        var load = new CheckpointLoadOptions { Rename = ImageAutoencoder.ParameterPath };
        var report = exact.Load(part.Folder, load);
        rounded.Load(place.File("model.safetensors"), load);
        Assert.That((report.Tensors, report.Bytes), Is.EqualTo((exact.Parameters.Count, exact.Count * 4)));
        Assert.That(report.ToString(), Does.Contain($"{exact.Parameters.Count} tensors").And.Contain("GB/s"));
        using var scope = TensorScope.Open();
        foreach (var parameter in exact.Parameters)
        {
            Assert.That(rounded[parameter.Path].Value.ToArray<float>(),
                Is.EqualTo(parameter.Value.Cast(DType.BFloat16).Cast(DType.Float32).ToArray<float>()), parameter.Path);
        }
    }

    [Test]
    public void A_folder_that_says_nothing_or_leads_elsewhere_is_refused()
    {
        using var place = new TemporaryFolder();
        Assert.That(() => ModelFolder.Open(place.File("none")),
            Throws.TypeOf<SutiException>().With.Message.Contains("nothing there"));
        Assert.That(() => ModelFolder.Open(place.Root),
            Throws.TypeOf<SutiException>().With.Message.Contains("model_index.json"));
        foreach (string name in new[] { "..", "../unet", "a/b", "/etc", "a\\\\b", "." })
        {
            place.File("model_index.json", $$"""{"_class_name": "P", "{{name}}": ["diffusers", "UNet2DConditionModel"]}""");
            Assert.That(() => ModelFolder.Open(place.Root), Throws.TypeOf<SutiException>(), name);
        }
        place.File("model_index.json", """
            {"_class_name": "P", "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
             "safety_checker": [null, null], "feature_extractor": ["transformers", "CLIPImageProcessor"],
                 "requires_safety_checker": true}
            """);
        Assert.That(() => ModelFolder.Open(place.Root),
            Throws.TypeOf<SutiException>().With.Message.Contains("no folder unet, vae"));
        Directory.CreateDirectory(place.File("unet"));
        Directory.CreateDirectory(place.File("vae"));
        Assert.That(ModelFolder.Open(place.Root).Notes, Is.EqualTo(new[] { "safety_checker is absent",
            "left out feature_extractor (CLIPImageProcessor)" }));
        Assert.That(() => ModelFolder.Open(place.Root, "../fp16"), Throws.TypeOf<SutiException>());
        place.File("model_index.json", string.Concat(Enumerable.Repeat("{\"a\":", 1000)));
        Assert.That(() => ModelFolder.Open(place.Root), Throws.TypeOf<SutiException>().With.Message.Contains("levels"));
    }

    [Test]
    public void A_variant_is_opened_by_name_and_never_instead_of_another()
    {
        using var place = new TemporaryFolder();
        var tensors = new StoredTensors { ["w"] = (SafetensorsType.F32, [1], BitConverter.GetBytes(1f)) };
        tensors.Write(place.File("model.safetensors"));
        tensors["w"] = (SafetensorsType.F16, [1], new byte[2]);
        tensors.Write(place.File("model.fp16.safetensors"));
        place.File("config.json", """{"architectures": ["CLIPTextModel"]}""");
        var plain = ModelFolder.Open(place.Root);
        Assert.That((plain.ClassName, plain.Parts.Single().Summarize().Types.Single().Type),
            Is.EqualTo(("CLIPTextModel", SafetensorsType.F32)));
        Assert.That(ModelFolder.Open(place.Root, "fp16").Parts.Single().Summarize().Types.Single().Type,
            Is.EqualTo(SafetensorsType.F16));
        Assert.That(() => ModelFolder.Open(place.Root, "bf16").Parts.Single().Summarize(),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("model.bf16.safetensors"));
    }

    [Test]
    public void A_save_that_fails_leaves_what_was_there()
    {
        using var place = new TemporaryFolder();
        string model = place.File("model");
        var config = JsonConfig.Parse("""{"_class_name": "Old", "sample_size": 8}"""u8.ToArray(), "test");
        SavedPart Part(Action<Stream> write) => new("unet", "diffusers", "UNet2DConditionModel")
        {
            Config = config,
            Weights = [new("w", SafetensorsType.F32, [1], write)],
        };
        ModelFolderWriter.Save(model, "P", [Part(stream => stream.Write(new byte[4]))]);
        Assert.That(File.ReadAllText(Path.Combine(model, "unet", "config.json")), Does.Contain("UNet2DConditionModel")
            .And.Contain("sample_size").And.Not.Contain("Old"));
        Assert.That(() => ModelFolderWriter.Save(model, "P", [Part(_ => throw new SutiException("test", "fails"))]),
            Throws.TypeOf<SutiException>());
        Assert.That(() => ModelFolderWriter.Save(model, "P", [Part(_ => throw new IOException("disk full"))]),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("disk full"));
        Assert.That(ModelFolder.Open(model)["unet"].Summarize().Parameters, Is.EqualTo(1));
        Assert.That(place.Names(), Is.EqualTo(new[] { "model" }));
        Directory.CreateDirectory(place.File("other"));
        File.WriteAllText(Path.Combine(place.File("other"), "thesis.txt"), "");
        Assert.That(() => ModelFolderWriter.Save(place.File("other"), "P", [Part(_ => { })]),
            Throws.TypeOf<SutiException>().With.Message.Contains("other content"));
        Assert.That(() => ModelFolderWriter.Save(model, "P", [Part(_ => { }) with { Name = "../unet" }]),
            Throws.TypeOf<SutiException>());
    }
}
