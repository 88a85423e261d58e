using NUnit.Framework.Constraints;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsCheckpointTests
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void A_folder_is_searched_for_the_conventional_names_then_for_the_only_one()
    {
        Assert.That(() => SafetensorsCheckpoint.Open(_folder.Root), ThrowsAbout("none"));
        foreach ((string file, string opened) in ((string, string)[])[
            ("unet.safetensors", "unet.safetensors"),
            ("diffusion_pytorch_model.fp16.safetensors", ""),
            ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors"),
            ("model.safetensors", "model.safetensors")])
        {
            Shard(file, "a");
            if (opened.Length == 0)
            {
                Assert.That(() => SafetensorsCheckpoint.Open(_folder.Root), ThrowsAbout(file));
                continue;
            }
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder.Root);
            Assert.That(Path.GetFileName(checkpoint.Path), Is.EqualTo(opened));
        }
    }

    [Test]
    public void All_problems_of_an_index_are_named_at_once()
    {
        Shard("s1.safetensors", "a", "extra");
        _folder.File("s2.safetensors", "broken");
        string index = Index(
            ("a", "s1.safetensors"), ("b", "s1.safetensors"), ("c", "s2.safetensors"), ("d", "s3.safetensors"));
        CheckpointException refusal = Assert.Throws<CheckpointException>(() => SafetensorsCheckpoint.Open(index))!;
        Assert.That(refusal.Message, Does.Contain("lacks tensor 'b'").And.Contain("s2.safetensors: ")
            .And.Contain("s3.safetensors: the file must exist").And.Contain("'extra'"));
    }

    [Test]
    public void Tensors_that_the_index_does_not_map_are_reported_not_read()
    {
        Shard("s1.safetensors", "a", "extra");
        Shard("s2.safetensors", "a", "b");
        string index = Index(("a", "s1.safetensors"), ("b", "s2.safetensors"));
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(index);
        Assert.That(checkpoint.Names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(checkpoint.UnmappedTensors, Is.EqualTo(new[] { "extra", "a" }));
        Assert.That(Path.GetFileName(checkpoint.FileOf("a").Path), Is.EqualTo("s1.safetensors"));
    }

    static readonly string[] s_escapes =
    [
        "../s.safetensors", "..\\\\s.safetensors", "/s.safetensors", "C:\\\\s.safetensors", "C:s.safetensors",
        "sub/s.safetensors", "..", ".", "", ".safetensors", "s.bin", "s\\u0000.safetensors", "s.safetensors/",
        "//host/s.safetensors",
    ];

    [Test]
    public void A_shard_that_is_no_string_is_refused() => Assert.That(
        () => SafetensorsCheckpoint.Open(_folder.File("m.safetensors.index.json", """{"weight_map":{"a":1}}""")),
        ThrowsAbout("a number"));

    [TestCaseSource(nameof(s_escapes))]
    public void A_shard_outside_the_folder_is_refused(string shard)
    {
        string index = _folder.File("m.safetensors.index.json", $$$"""{"weight_map":{"a":"{{{shard}}}"}}""");
        Assert.That(() => SafetensorsCheckpoint.Open(index), ThrowsAbout("plain file name"));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"weight_map":[]}""")]
    [TestCase("""{"weight_map":{"a":"s.safetensors","a":"s.safetensors"}}""")]
    [TestCase("""{"weight_map":{},"weight_map":{}}""")]
    [TestCase("""{"weight_map":{"\ud800":"s.safetensors"}}""")]
    [TestCase("""{"weight_map":{}""")]
    [TestCase("""{"weight_map":{}} x""")]
    [TestCase("""{"x":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],"weight_map":{}}""")]
    public void A_malformed_index_is_refused(string json)
    {
        string index = _folder.File("m.safetensors.index.json", json);
        Assert.That(() => SafetensorsCheckpoint.Open(index), ThrowsAbout("the index must"));
    }

    [Test]
    public void Fields_that_other_writers_add_are_skipped()
    {
        Shard("s1.safetensors", "a");
        string index = _folder.File("m.safetensors.index.json",
            """
            {"metadata":{"total_size":1,"x":{"y":[1,{}]},"z":1.5},"note":[{"a":[]}],"weight_map":{"a":"s1.safetensors"}}
            """);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(index);
        Assert.That(checkpoint.DeclaredTotalBytes, Is.EqualTo(1));
        Assert.That(checkpoint.Names, Is.EqualTo(new[] { "a" }));
        Assert.That(() => checkpoint.Entry("b"), ThrowsAbout("'b'"));
    }

    [Test]
    public void What_fits_into_one_file_has_no_index()
    {
        SafetensorsTensor[] tensors =
            [.. "abc".Select(c => new SafetensorsTensor($"{c}", SafetensorsType.U8, [2], new byte[2]))];
        string Write(string stem, long maxShardBytes, params SafetensorsTensor[] more) =>
            SafetensorsWriter.WriteSharded(_folder.Root, stem, [.. tensors, .. more], maxShardBytes);
        Assert.That(Write("m", 6), Does.EndWith("m.safetensors"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "m.safetensors" }));
        Assert.That(Write("n", 5), Does.EndWith("n.safetensors.index.json"));
        Assert.That(_folder.Names(), Does.Contain("n-00002-of-00002.safetensors"));
        Assert.That(() => Write("../n", 5), ThrowsAbout("stem"));
        Assert.That(() => Write("n", 3, tensors[0]), ThrowsAbout("twice"));
    }

    [Test]
    public void A_report_tells_what_is_there_without_reading_data()
    {
        string path = SafetensorsWriter.WriteSharded(_folder.Root, "m",
            [
                new SafetensorsTensor("w", SafetensorsType.F32, [2, 3], new byte[24]),
                new SafetensorsTensor("h", SafetensorsType.F16, [5], new byte[10]),
                new SafetensorsTensor("s", SafetensorsType.F32, [], new byte[4]),
            ], 26, new SafetensorsWriteOptions
            {
                RecordDigests = true,
                Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
            });
        SafetensorsReport report = SafetensorsReport.Read(path);
        Assert.That(report.Tensors.Select(tensor => tensor.Entry.ToString()),
            Is.EqualTo(new[] { "w F32 [2, 3]", "s F32 []", "h F16 [5]" }));
        Assert.That(report.Tensors.Select(tensor => Path.GetFileName(tensor.File)[..7]),
            Is.EqualTo(new[] { "m-00001", "m-00002", "m-00002" }));
        Assert.That(report.Types, Is.EqualTo(new[]
        {
            new SafetensorsTypeTotal(SafetensorsType.F32, 2, 7, 28),
            new SafetensorsTypeTotal(SafetensorsType.F16, 1, 5, 10),
        }));
        Assert.That((report.ParameterCount, report.ByteCount, report.DeclaredTotalBytes, report.DigestCount),
            Is.EqualTo((12L, 38L, 38L, 3)));
        Assert.That(report.Metadata.Keys, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(report.Files, Has.Count.EqualTo(2));
    }

    void Shard(string name, params string[] tensors) => SafetensorsWriter.Write(_folder.File(name),
        tensors.Select(tensor => new SafetensorsTensor(tensor, SafetensorsType.U8, [1], new byte[1])));

    string Index(params (string Tensor, string Shard)[] map) => _folder.File("m.safetensors.index.json",
        $"{{\"weight_map\":{{{string.Join(',', map.Select(pair => $"\"{pair.Tensor}\":\"{pair.Shard}\""))}}}}}");

    static ContainsConstraint ThrowsAbout(string text) =>
        Throws.InstanceOf<CheckpointException>().With.Message.Contains(text);
}
