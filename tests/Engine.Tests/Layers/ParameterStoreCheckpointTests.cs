using SuTI.Engine.IO;
using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Layers;

public class ParameterStoreCheckpointTests : LeakCheck
{
    [Test]
    public void What_is_saved_is_loaded([Values] bool digests)
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var store = Store();
        store.Allocate(5);
        store.Save(folder.File("model.safetensors"), new() { RecordDigests = digests });
        using var loaded = Store();
        loaded.Load(folder.File("model.safetensors"), new() { VerifyDigests = digests });
        foreach (var parameter in store.Parameters)
            Assert.That(loaded[parameter.Path].Value.ToArray<float>(), Is.EqualTo(parameter.Value.ToArray<float>()),
                parameter.Path);
    }

    [Test]
    public void Convolution_weights_are_stored_channels_first()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var store = Store();
        store.Allocate(5);
        string file = folder.File("model.safetensors");
        store.Save(file);
        using var checkpoint = SafetensorsFile.Open(file);
        Assert.That(checkpoint.Entry("unet.conv.weight").ShapeText, Is.EqualTo("[2, 4, 3, 5]"));
        byte[] bytes = new byte[2 * 4 * 3 * 5 * 4];
        checkpoint.ReadInto("unet.conv.weight", bytes);
        float[] values = store["unet.conv.weight"].Value.ToArray<float>();
        for (int o = 0; o < 2; o++)
        {
            for (int i = 0; i < 4; i++)
            {
                for (int r = 0; r < 3; r++)
                {
                    for (int s = 0; s < 5; s++)
                    {
                        float stored = BitConverter.ToSingle(bytes, ((((((o * 4) + i) * 3) + r) * 5) + s) * 4);
                        Assert.That(stored, Is.EqualTo(values[(((((o * 3) + r) * 5) + s) * 4) + i]));
                    }
                }
            }
        }
    }

    [TestCase(SafetensorsType.F16)]
    [TestCase(SafetensorsType.BF16)]
    [TestCase(SafetensorsType.F32)]
    [TestCase(SafetensorsType.F64)]
    public void Other_floating_point_types_are_converted(SafetensorsType type)
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        // Exact in all four types.
        double[] values = [1, -0.5, 3, 0.25, 96, -7];
        byte[] bytes = [.. values.SelectMany(value => type switch
        {
            SafetensorsType.F16 => BitConverter.GetBytes((Half)value),
            SafetensorsType.BF16
                => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
            SafetensorsType.F32 => BitConverter.GetBytes((float)value),
            _ => BitConverter.GetBytes(value),
        })];
        string file = folder.File("model.safetensors");
        SafetensorsWriter.Write(file, [new("w", type, [2, 3], bytes)]);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            using var store = new ParameterStore(Device.Cpu, dtype);
            store.Root.Declare("w", [2, 3], Initialiser.Zeros);
            store.Load(file);
            Assert.That(store["w"].Value.ToDoubles(), Is.EqualTo(values));
        }
    }

    [Test]
    public void All_misfits_are_named_together_and_nothing_is_changed()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        string file = folder.File("model.safetensors");
        SafetensorsWriter.Write(file,
        [
            new("good", SafetensorsType.F32, [1], BitConverter.GetBytes(5f)),
            new("shape", SafetensorsType.F32, [2], new byte[8]),
            new("type", SafetensorsType.I32, [1], new byte[4]),
            new("unused.one", SafetensorsType.F32, [1], new byte[4]),
            new("unused.two", SafetensorsType.F32, [1], new byte[4]),
        ]);
        using var store = new ParameterStore();
        foreach (string path in new[] { "good", "shape", "type", "missing.one", "missing.two" })
            store.Root.Declare(path, [1], Initialiser.Ones);
        var thrown = Assert.Throws<CheckpointMismatchException>(() => store.Load(file))!;
        Assert.Multiple(() =>
        {
            Assert.That(thrown.Missing, Is.EquivalentTo(new[] { "missing.one", "missing.two" }));
            Assert.That(thrown.Unused, Is.EquivalentTo(new[] { "unused.one", "unused.two" }));
            Assert.That(thrown.WrongShape.Single(), Does.Contain("shape").And.Contain("(1)").And.Contain("[2]"));
            Assert.That(thrown.WrongType.Single(), Does.Contain("type").And.Contain("I32"));
            Assert.That(thrown.Message, Does.Contain("missing.one, missing.two").And.Contain("unused.one, unused.two"));
            Assert.That(store["good"].Value.Item(), Is.EqualTo(1));
        });
    }

    [Test]
    public void What_is_allowed_may_be_missing_or_unused()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        string file = folder.File("model.safetensors");
        SafetensorsWriter.Write(file,
        [
            new("a", SafetensorsType.F32, [1], BitConverter.GetBytes(5f)),
            new("x", SafetensorsType.F32, [1], new byte[4]),
        ]);
        using var store = new ParameterStore();
        store.Root.Declare("a", [1], Initialiser.Ones);
        store.Root.Declare("b", [1], Initialiser.Ones);
        Assert.That(() => store.Load(file, new() { AllowMissing = true }),
            Throws.TypeOf<CheckpointMismatchException>());
        Assert.That(() => store.Load(file, new() { AllowUnused = true }), Throws.TypeOf<CheckpointMismatchException>());
        store.Load(file, new() { AllowMissing = true, AllowUnused = true });
        Assert.That((store["a"].Value.Item(), store["b"].Value.Item()), Is.EqualTo((5, 1)));
    }

    [Test]
    public void A_scope_has_a_file_of_its_own_and_names_can_differ()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var store = Store();
        store.Allocate(5);
        string file = folder.File("unet.safetensors");
        store.Save(file, new() { Under = "unet" });
        using (var checkpoint = SafetensorsFile.Open(file))
            Assert.That(checkpoint.Names, Is.EquivalentTo(new[] { "conv.weight", "conv.bias" }));
        using var loaded = Store();
        loaded.Load(file, new() { Under = "unet" });
        Assert.That(loaded["unet.conv.bias"].Value.ToArray<float>(),
            Is.EqualTo(store["unet.conv.bias"].Value.ToArray<float>()));
        using var renamed = new ParameterStore();
        renamed.Root.Declare("b", [2], Initialiser.Zeros);
        renamed.Load(file, new() { Rename = name => name == "conv.bias" ? "b" : null });
        Assert.That(renamed["b"].Value.ToArray<float>(), Is.EqualTo(store["unet.conv.bias"].Value.ToArray<float>()));
        var thrown = Assert.Throws<CheckpointMismatchException>(() => renamed.Load(file, new() { Rename = _ => "b" }))!;
        Assert.That(thrown.Repeated, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void A_saved_copy_can_be_narrower()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var store = Store();
        store.Allocate(5);
        string file = folder.File("model.safetensors");
        var metadata = new Dictionary<string, string> { ["note"] = "wide" };
        store.Save(file, new() { DType = DType.Float64, Metadata = metadata });
        using (var checkpoint = SafetensorsFile.Open(file))
        {
            Assert.That(checkpoint.Entries,
                Has.All.Property(nameof(SafetensorsEntry.Type)).EqualTo(SafetensorsType.F64));
            Assert.That(checkpoint.Metadata["note"], Is.EqualTo("wide"));
        }
        using var loaded = Store();
        loaded.Load(file);
        Assert.That(loaded["text.weight"].Value.ToArray<float>(),
            Is.EqualTo(store["text.weight"].Value.ToArray<float>()));
    }

    static ParameterStore Store()
    {
        var store = new ParameterStore();
        store.Root["unet"]["conv"].Declare("weight", [2, 3, 5, 4], Initialiser.Normal(1),
            CheckpointLayout.ChannelsFirst);
        store.Root["unet"]["conv"].Declare("bias", [2], Initialiser.Normal(1));
        store.Root["text"].Declare("weight", [3, 7], Initialiser.Normal(1));
        return store;
    }
}
