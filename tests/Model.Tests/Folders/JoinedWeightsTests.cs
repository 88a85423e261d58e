using SuTI.Engine.IO;

namespace SuTI.Model.Tests.Folders;

/// <summary>Tensors that stand as one, read whole and in parts of any length.</summary>
public class JoinedWeightsTests
{
    [TestCase(0), TestCase(1), TestCase(2), TestCase(4)]
    public void Parts_alternate_in_blocks_of_rows(int block)
    {
        using var place = new TemporaryFolder();
        var stored = new StoredTensors();
        foreach (int i in Enumerable.Range(0, 3))
            stored[$"p{i}"] = (SafetensorsType.F32, [4, 3], Bytes(Enumerable.Range(12 * i, 12)));
        stored["other"] = (SafetensorsType.I32, [1], Bytes([7]));
        using var source = WeightFiles.Open(stored.Write(place.File("a.safetensors")));
        using var joined = JoinedWeights.Of(source, [new("all", ["p0", "p1", "p2"], block)]);
        Assert.That(joined.Entries.Select(entry => entry.ToString()), Is.EquivalentTo(
            new[] { "other I32 [1]", "all F32 [12, 3]" }));
        int rows = block == 0 ? 4 : block;
        byte[] expected = Bytes(from turn in Enumerable.Range(0, 4 / rows)
                                from part in Enumerable.Range(0, 3)
                                from element in Enumerable.Range((12 * part) + (turn * rows * 3), rows * 3)
                                select element);
        foreach (int length in new[] { 1, 5, 16, 144 })
        {
            byte[] found = new byte[144];
            for (int at = 0; at < found.Length; at += length)
                joined.ReadInto("all", at, found.AsSpan(at, Math.Min(length, found.Length - at)));
            Assert.That(found, Is.EqualTo(expected), $"{length} bytes at a time");
        }
        Assert.That(() => joined.ReadInto("all", 140, new byte[5]), Throws.TypeOf<CheckpointException>());
        Assert.That(() => joined.ReadInto("p0", 0, new byte[5]), Throws.TypeOf<CheckpointException>());
        Assert.That(joined.FileWith("all"), Is.EqualTo(source.Path));
    }

    [Test]
    public void What_does_not_go_together_is_refused()
    {
        using var place = new TemporaryFolder();
        var stored = new StoredTensors
        {
            ["a"] = (SafetensorsType.F32, [2, 1], new byte[8]),
            ["b"] = (SafetensorsType.F32, [1, 2], new byte[8]),
            ["c"] = (SafetensorsType.I32, [2, 1], new byte[8]),
            ["scalar"] = (SafetensorsType.F32, [], new byte[4]),
        };
        using var source = WeightFiles.Open(stored.Write(place.File("a.safetensors")));
        foreach (var plan in new JoinPlan[] { new("x", ["a", "b"]), new("x", ["a", "c"]), new("x", ["a", "none"]),
            new("x", ["scalar"]), new("x", ["a"], 3), new("x", ["a"], -1), new("x", []), new("b", ["a"]) })
        {
            Assert.That(() => JoinedWeights.Of(source, [plan]), Throws.TypeOf<CheckpointException>(), plan.ToString());
        }
    }

    static byte[] Bytes(IEnumerable<int> numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];
}
