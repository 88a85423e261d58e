using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

/// <summary>The files of PyTorch in the fixture <c>weight_formats</c>, bit for bit, and those to be refused.</summary>
[Category("Fixtures")]
public class TorchFixtureTests
{
    static readonly string[] s_suffixes = [".bin", ".pt", ".pth", ".ckpt"];

    static IEnumerable<string> Files() => FixtureFolder.Find("weight_formats").SelectMany(Directory.GetFiles)
        .Where(file => s_suffixes.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);

    static bool IsBad(string file) => Path.GetFileName(file).StartsWith("bad_", StringComparison.Ordinal);

    static IEnumerable<TestCaseData> Whole() => Files().Where(file => !IsBad(file)
        && !File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "pytorch_model.bin.index.json"))).Select(Named);

    static IEnumerable<TestCaseData> Bad() => Files().Where(IsBad).Select(Named);

    [Test]
    public void Nothing_is_missing()
    {
        if (!FixtureFolder.IsCopy)
            Assert.Pass("said of the copy in the repository alone");
        Assert.That(Whole().Count(), Is.GreaterThanOrEqualTo(3));
    }

    [TestCaseSource(nameof(Whole))]
    public void A_file_holds_what_is_expected(string path)
    {
        using var file = TorchFile.Open(path);
        using var expected = SafetensorsFile.Open(Path.Combine(Path.GetDirectoryName(path)!, "expected.safetensors"));
        string stem = Path.GetFileNameWithoutExtension(path);
        string group = new[] { stem, Path.GetExtension(path)[1..], "torch" }.First(candidate =>
            expected.Names.Any(name => name.StartsWith(candidate + "/", StringComparison.Ordinal))) + "/";
        Assert.That(file.Entries.Select(entry => group + entry.Name), Is.EquivalentTo(
            expected.Names.Where(name => name.StartsWith(group, StringComparison.Ordinal))));
        foreach (var entry in file.Entries)
        {
            var wanted = expected.Entry(group + entry.Name);
            Assert.That(entry.Shape, Is.EqualTo(wanted.Shape), entry.Name);
            byte[] bytes = WeightFormatFixtureTests.Bytes(entry, (name, span) => file.ReadInto(name, 0, span));
            Assert.That(WeightFormatFixtureTests.As(wanted.Type, entry.Type, bytes),
                Is.EqualTo(WeightFormatFixtureTests.Bytes(wanted, expected.ReadInto)), entry.Name);
        }
    }

    [TestCaseSource(nameof(Whole))]
    public void Parts_are_those_of_the_whole(string path)
    {
        using var file = TorchFile.Open(path);
        foreach (var entry in file.Entries)
        {
            byte[] whole = new byte[entry.ByteCount];
            file.ReadInto(entry.Name, 0, whole);
            for (int size = 1; size <= 7; size += 2)
            {
                byte[] parts = new byte[whole.Length];
                for (int at = whole.Length / size * size; at >= 0; at -= size)
                    file.ReadInto(entry.Name, at, parts.AsSpan(at, Math.Min(size, parts.Length - at)));
                Assert.That(parts, Is.EqualTo(whole), $"{entry.Name} by {size}");
            }
        }
    }

    [TestCaseSource(nameof(Bad))]
    public void A_malformed_file_is_refused(string path)
        => Assert.That(() => WeightFiles.Open(path),
            Throws.InstanceOf<SutiException>().With.Message.Contains(Path.GetFileName(path)));

    static TestCaseData Named(string path) => new TestCaseData(path).SetArgDisplayNames(Path.GetFileName(path));
}
