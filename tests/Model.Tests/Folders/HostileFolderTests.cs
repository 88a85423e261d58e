using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders.Conversion;
using SuTI.Model.Folders.Inspection;

namespace SuTI.Model.Tests.Folders;

/// <summary>Folders made to mislead: links in circles, endless files, deep nesting, indices that lead elsewhere.</summary>
[Platform("Linux,MacOsX")]
public class HostileFolderTests : LeakCheck
{
    const string Config = """{"_class_name": "AutoencoderKL", "block_out_channels": [8]}""";

    static IEnumerable<TestCaseData> Broken()
    {
        TestCaseData Case(string name, Action<TemporaryFolder> make) => new TestCaseData(make).SetArgDisplayNames(name);
        yield return Case("a folder that is a link to itself", place => Link(place, "model", "model"));
        yield return Case("a configuration that is a link to itself", place =>
        {
            Directory.CreateDirectory(place.File("model"));
            Link(place, "model/config.json", "config.json");
        });
        yield return Case("weights in a circle of links", place =>
        {
            Model(place, Config);
            Link(place, "model/model.safetensors", "other.safetensors");
            Link(place, "model/other.safetensors", "model.safetensors");
        });
        yield return Case("a shard in a circle of links", place =>
        {
            Model(place, Config);
            place.File("model/model.safetensors.index.json", """{"weight_map": {"w": "a.safetensors"}}""");
            Link(place, "model/a.safetensors", "a.safetensors");
        });
        yield return Case("a shard outside the folder", place =>
        {
            Model(place, Config);
            place.File("secret.safetensors", "");
            place.File("model/model.safetensors.index.json", """{"weight_map": {"w": "../secret.safetensors"}}""");
        });
        yield return Case("a part in a circle of links", place =>
        {
            Model(place, null);
            place.File("model/model_index.json", """{"_class_name": "P", "vae": ["diffusers", "AutoencoderKL"]}""");
            Link(place, "model/vae", "vae");
        });
        yield return Case("an index of parts that leads out of the folder", place =>
        {
            Model(place, null);
            place.File("model/model_index.json", """{"_class_name": "P", "../vae": ["diffusers", "AutoencoderKL"]}""");
        });
        yield return Case("an endless configuration", place =>
        {
            Model(place, null);
            Link(place, "model/config.json", "/dev/zero");
        });
        yield return Case("endless weights", place =>
        {
            Model(place, Config);
            Link(place, "model/model.safetensors", "/dev/zero");
        });
        yield return Case("a configuration of ten thousand levels",
            place => Model(place, string.Concat(Enumerable.Repeat("{\"a\":", 10_000))));
        yield return Case("a configuration of two megabytes",
            place => Model(place, $$"""{"_class_name": "{{new string('a', 2 << 20)}}"}"""));
        yield return Case("a configuration that is a list", place => Model(place, "[]"));
        yield return Case("a class that is a number", place => Model(place, """{"_class_name": 3}"""));
        yield return Case("a header longer than the file", place =>
        {
            Model(place, Config);
            place.File("model/model.safetensors", [.. BitConverter.GetBytes(1L << 40), (byte)'{']);
        });
        yield return Case("a folder in the place of the weights", place =>
        {
            Model(place, Config);
            Directory.CreateDirectory(place.File("model/model.safetensors"));
        });
    }

    [TestCaseSource(nameof(Broken))]
    public void It_is_one_clear_error_in_little_memory(object make)
    {
        using var place = new TemporaryFolder();
        ((Action<TemporaryFolder>)make)(place);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(() => ModelReport.Read(place.File("model")),
            Throws.InstanceOf<SutiException>().With.Message.Contains(place.Root));
        Assert.That(() => ModelConverter.Convert(place.File("model"), place.File("out")),
            Throws.InstanceOf<SutiException>().With.Message.Contains(place.Root));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(64 << 20));
        Assert.That(Path.Exists(place.File("out")), Is.False);
    }

    [Test]
    public void An_endless_file_beside_a_tokenizer_is_not_copied()
    {
        using var place = new TemporaryFolder();
        Model(place, null);
        place.File("model/model_index.json", """{"_class_name": "P", "tokenizer": ["transformers", "CLIPTokenizer"]}""");
        Directory.CreateDirectory(place.File("model/tokenizer"));
        Link(place, "model/tokenizer/vocab.json", "/dev/zero");
        Assert.That(() => ModelConverter.Convert(place.File("model"), place.File("out")),
            Throws.TypeOf<SutiException>().With.Message.Contains("vocab.json"));
        Assert.That(place.Names(), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void Links_of_a_download_cache_are_followed()
    {
        using var place = new TemporaryFolder();
        Directory.CreateDirectory(place.File("blobs"));
        Model(place, null);
        new StoredTensors { ["w"] = (SafetensorsType.F32, [1], new byte[4]) }.Write(place.File("blobs/1"));
        place.File("blobs/2", """{"architectures": ["CLIPTextModel"]}""");
        Link(place, "model/model.safetensors", "../blobs/1");
        Link(place, "model/config.json", "../blobs/2");
        Assert.That(ModelReport.Read(place.File("model")).Networks.Single().Weights.Tensors, Is.EqualTo(1));
    }

    [Test]
    public void Damage_to_the_weights_changes_nothing_in_the_store()
    {
        using var place = new TemporaryFolder();
        new StoredTensors { ["w"] = (SafetensorsType.F32, [2], new byte[8]) }.Write(place.File("a.safetensors"));
        byte[] whole = File.ReadAllBytes(place.File("a.safetensors"));
        using var store = new ParameterStore();
        store.Root.Declare("w", [2], Initialiser.Zeros);
        for (int length = 0; length < whole.Length; length += 7)
        {
            place.File("a.safetensors", whole[..length]);
            Assert.That(() => store.Load(place.File("a.safetensors")), Throws.InstanceOf<CheckpointException>());
        }
        Assert.That(store.Parameters.Any(parameter => parameter.IsAllocated), Is.False);
    }

    static void Model(TemporaryFolder place, string? config)
    {
        Directory.CreateDirectory(place.File("model"));
        if (config is not null)
            place.File("model/config.json", config);
    }

    static void Link(TemporaryFolder place, string name, string target)
        => File.CreateSymbolicLink(place.File(name), target);
}
