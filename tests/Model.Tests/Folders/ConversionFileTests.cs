using SuTI.Engine.IO;
using SuTI.Model.Folders.Conversion;

namespace SuTI.Model.Tests.Folders;

/// <summary>Weight files of one network: formats, types, shards, and what is refused.</summary>
public class ConversionFileTests : LeakCheck
{
    [Category("Fixtures")]
    [TestCase("legacy.bin"), TestCase("zip.bin"), TestCase("checkpoint.ckpt"), TestCase("model.safetensors.index.json")]
    public void Any_format_becomes_safetensors_whole_or_in_shards(string name)
    {
        foreach (string folder in FixtureFolder.Find("weight_formats"))
        {
            using var place = new TemporaryFolder();
            string source = Path.Combine(folder, name);
            if (!File.Exists(source))
                continue;
            var expected = StoredTensors.Open(source);
            var report = ModelConverter.Convert(source, place.File("one.safetensors"));
            Assert.That((report.Tensors, report.Bytes),
                Is.EqualTo((expected.Count, expected.Values.Sum(tensor => (long)tensor.Bytes.Length))));
            StoredTensors.AssertEqual(StoredTensors.Open(place.File("one.safetensors")), expected);
            ModelConverter.Convert(place.File("one.safetensors"), place.File("shards"), new() { ShardBytes = 300 });
            Assert.That(File.Exists(Path.Combine(place.File("shards"), "model.safetensors.index.json")),
                Is.EqualTo(report.Bytes > 300 && expected.Count > 1));
            StoredTensors.AssertEqual(StoredTensors.Open(place.File("shards")), expected);
            ModelConverter.Convert(place.File("shards"), place.File("again.safetensors"));
            Assert.That(File.ReadAllBytes(place.File("again.safetensors")),
                Is.EqualTo(File.ReadAllBytes(place.File("one.safetensors"))));
        }
    }

    [TestCase(DType.BFloat16), TestCase(DType.Float16)]
    public void Floating_point_tensors_take_the_type_and_others_stay(DType type)
    {
        using var place = new TemporaryFolder();
        using var scope = TensorScope.Open();
        float[] values = [1, -2.5f, 1e-3f, 65504, 0.1f, -0.333f];
        var stored = new StoredTensors
        {
            ["w"] = (SafetensorsType.F32, [2, 3], [.. values.SelectMany(BitConverter.GetBytes)]),
            ["ids"] = (SafetensorsType.I64, [1], BitConverter.GetBytes(77L)),
        };
        stored.Write(place.File("a.safetensors"));
        ModelConverter.Convert(place.File("a.safetensors"), place.File("half.safetensors"), new() { Type = type });
        var half = StoredTensors.Open(place.File("half.safetensors"));
        Assert.That(half["w"].Bytes, Has.Length.EqualTo(12));
        Assert.That(half["ids"].Bytes, Is.EqualTo(stored["ids"].Bytes));
        ModelConverter.Convert(place.File("half.safetensors"), place.File("full.safetensors"),
            new() { Type = DType.Float32 });
        float[] found = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
            StoredTensors.Open(place.File("full.safetensors"))["w"].Bytes).ToArray();
        Assert.That(found, Is.EqualTo(Tensor.From(values, [6]).Cast(type).Cast(DType.Float32).ToArray<float>()));
    }

    [Test]
    public void A_large_file_takes_little_memory()
    {
        const int Tensors = 4, Rows = 4096;
        using var place = new TemporaryFolder();
        byte[] row = new byte[4 * 1024];
        SafetensorsWriter.Write(place.File("a.safetensors"), Enumerable.Range(0, Tensors).Select(i
            => new SafetensorsTensor($"w{i}", SafetensorsType.F32, [Rows, 1024], stream =>
            {
                for (int at = 0; at < Rows; at++)
                    stream.Write(row);
            })));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var report = ModelConverter.Convert(place.File("a.safetensors"), place.File("b.safetensors"),
            new() { Type = DType.BFloat16 });
        long taken = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.That(report.Bytes, Is.EqualTo(Tensors * Rows * 1024 * 2));
        Assert.That(taken, Is.LessThan(16 << 20), "of 64 MiB read and 32 MiB written");
    }

    [Test]
    public void What_is_there_stays_unless_its_replacement_is_asked_for_and_complete()
    {
        using var place = new TemporaryFolder();
        var stored = new StoredTensors { ["w"] = (SafetensorsType.F32, [1], new byte[4]) };
        string source = stored.Write(place.File("a.safetensors")), target = place.File("b.safetensors", "old");
        Assert.That(() => ModelConverter.Convert(source, target),
            Throws.TypeOf<SutiException>().With.Message.Contains("--force"));
        File.WriteAllBytes(place.File("broken.safetensors"), File.ReadAllBytes(source)[..^1]);
        Assert.That(() => ModelConverter.Convert(place.File("broken.safetensors"), target, new() { Overwrites = true }),
            Throws.InstanceOf<SutiException>());
        Assert.That(File.ReadAllText(target), Is.EqualTo("old"));
        ModelConverter.Convert(source, target, new() { Overwrites = true });
        // Over itself.
        ModelConverter.Convert(target, target, new() { Overwrites = true, Type = DType.Float16 });
        Assert.That(StoredTensors.Open(target)["w"].Type, Is.EqualTo(SafetensorsType.F16));
        Assert.That(place.Names(), Is.EqualTo(new[] { "a.safetensors", "b.safetensors", "broken.safetensors" }));
        Directory.CreateDirectory(place.File("thesis"));
        File.WriteAllText(Path.Combine(place.File("thesis"), "text.txt"), "");
        Assert.That(() => ModelConverter.Convert(source, place.File("thesis"), new() { Overwrites = true }),
            Throws.TypeOf<SutiException>().With.Message.Contains("other content"));
    }

    [Test]
    public void What_cannot_be_is_refused_with_the_reason()
    {
        using var place = new TemporaryFolder();
        var stored = new StoredTensors { ["w"] = (SafetensorsType.F32, [1], new byte[4]) };
        string source = stored.Write(place.File("a.safetensors"));
        void Refused(string from, string to, string reason, ConversionOptions? options = null)
        {
            Assert.That(() => ModelConverter.Convert(from, place.File(to), options),
                Throws.InstanceOf<SutiException>().With.Message.Contains(reason));
            Assert.That(Path.Exists(place.File(to)), Is.False, "nothing is left behind");
        }
        Refused(source, "b.bin", "safetensors");
        Refused(place.File("none"), "b", "nothing there");
        Refused(source, "b", "map", new() { Names = NameStyle.Original });
        Refused(source, "b.safetensors", "floating-point", new() { Type = DType.Int32 });
        string clip = FixtureFolder.Find("clip_text_").First();
        Refused(clip, "b", "library's name", new() { Names = NameStyle.Original });
        string floyd = FixtureFolder.Find("pipeline_if").First();
        Refused(floyd, "b.safetensors", "Stable Diffusion 1 and 2");
        Refused(floyd, "b", "libraries' names", new() { Names = NameStyle.Original });
        string diffusion = FixtureFolder.Find("pipeline_sd").First();
        Refused(diffusion, "b.safetensors", "authors' names", new() { Names = NameStyle.Library });
        ModelConverter.Convert(diffusion, place.File("one.safetensors"));
        Refused(place.File("one.safetensors"), "b", "tokenizer", new() { Tokenizer = place.File("none") });
        // The source would go with what the target replaces.
        ModelConverter.Convert(diffusion, place.File("model"));
        Assert.That(() => ModelConverter.Convert(Path.Combine(place.File("model"), "unet"), place.File("model"),
            new() { Overwrites = true }), Throws.TypeOf<SutiException>().With.Message.Contains("above"));
        Assert.That(Directory.Exists(Path.Combine(place.File("model"), "unet")));
    }
}
