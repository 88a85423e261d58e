using SuTI.Engine.Layers;

namespace SuTI.Model.Tests.Folders;

/// <summary>Every type of file into every type of store, convolutions and matrices, in several pieces.</summary>
public class WeightLoadTests : LeakCheck
{
    // Both take more than one piece.
    static readonly int[] s_convolution = [7000, 3, 3, 13];
    const int Long = 1_100_000;

    static IEnumerable<TestCaseData> Loads()
    {
        foreach (var file in new[] { DType.Float32, DType.Float64, DType.Float16, DType.BFloat16 })
        {
            foreach (var store in new[] { DType.Float32, DType.Float64 })
                yield return new TestCaseData(file, store, false).SetArgDisplayNames($"{file} to {store}");
            foreach (var store in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
                yield return new TestCaseData(file, store, true).SetArgDisplayNames($"{file} to {store} under CUDA");
        }
    }

    [TestCaseSource(nameof(Loads))]
    public void Values_arrive_in_place_and_type(DType file, DType type, bool cuda)
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var written = Store(Device.Cpu, DType.Float64);
        written.Allocate(3);
        string path = folder.File("model.safetensors");
        written.Save(path, new() { DType = file });
        using var store = Store(cuda ? Device.Cuda() : Device.Cpu, type);
        var report = store.Load(path);
        Assert.That(report.Bytes, Is.EqualTo(store.Count * file.Size()));
        foreach (var parameter in written.Parameters)
        {
            // Once to the file's type, once to the store's.
            var expected = parameter.Value.Cast(file).Cast(type);
            Assert.That(store[parameter.Path].Value.ToDoubles().AsSpan().SequenceEqual(expected.ToDoubles()), parameter.Path);
        }
    }

    static ParameterStore Store(Device device, DType type)
    {
        var store = new ParameterStore(device, type);
        store.Root.Declare("conv.weight", Shape.Create(s_convolution), Initialiser.Normal(1), CheckpointLayout.ChannelsFirst);
        store.Root.Declare("pixel.weight", [5, 1, 1, 7], Initialiser.Normal(1), CheckpointLayout.ChannelsFirst);
        store.Root.Declare("grey.weight", [5, 3, 3, 1], Initialiser.Normal(1), CheckpointLayout.ChannelsFirst);
        store.Root.Declare("long", [Long], Initialiser.Normal(1));
        store.Root.Declare("scalar", [], Initialiser.Normal(1));
        store.Root.Declare("empty", [0, 4], Initialiser.Normal(1));
        return store;
    }
}
