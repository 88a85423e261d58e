using System.Text;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsWriterTests
{
    TemporaryFolder _folder = null!;
    string _path = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("x.safetensors");
    }

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void The_layout_is_aligned_ordered_and_independent_of_the_order_given()
    {
        SafetensorsTensor[] tensors =
        [
            Tensor("flag", SafetensorsType.BOOL, 3), Tensor("b", SafetensorsType.F32, 2),
            Tensor("a", SafetensorsType.F32, 1), Tensor("Z", SafetensorsType.F32),
            Tensor("ids", SafetensorsType.I64, 1), Tensor("h", SafetensorsType.BF16, 0, 3),
        ];
        SafetensorsWriter.Write(_path, tensors);
        byte[] first = File.ReadAllBytes(_path);
        SafetensorsWriter.Write(_path, tensors.Reverse());
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(first));
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.That(file.Names, Is.EqualTo(new[] { "ids", "Z", "a", "b", "h", "flag" }));
        Assert.That(BitConverter.ToInt64(first) % 8, Is.Zero);
        Assert.That(file.Entries.Where(entry => entry.Begin % entry.Type.ElementBytes() != 0), Is.Empty);
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "x.safetensors" }));
    }

    [Test]
    public void The_bytes_are_those_of_the_published_format()
    {
        SafetensorsWriter.Write(_path, [new SafetensorsTensor("w", SafetensorsType.U8, [2], new byte[] { 1, 2 })],
            new SafetensorsWriteOptions { Metadata = new Dictionary<string, string> { ["k"] = "v" } });
        string header = """{"__metadata__":{"k":"v"},"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), 1, 2];
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(expected));
    }

    [Test]
    public void A_tensor_may_be_written_in_pieces()
    {
        SafetensorsWriter.Write(_path, [new SafetensorsTensor("w", SafetensorsType.I32, [1000], stream =>
        {
            for (int i = 0; i < 1000; i++)
                stream.Write(BitConverter.GetBytes(i));
        })]);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        byte[] bytes = new byte[4000];
        file.ReadInto("w", bytes);
        Assert.That(BitConverter.ToInt32(bytes, 3996), Is.EqualTo(999));
    }

    static IEnumerable<TestCaseData> Refused()
    {
        string longName = new('n', SafetensorsLimits.NameBytes + 1);
        yield return new TestCaseData(SafetensorsRule.DuplicateKey, (string[])["a", "a"]);
        yield return new TestCaseData(SafetensorsRule.DuplicateKey, (string[])["__metadata__"]);
        yield return new TestCaseData(SafetensorsRule.HeaderNotUnicode, (string[])["a\ud800"]).SetName("surrogate");
        yield return new TestCaseData(SafetensorsRule.NameTooLong, (string[])[longName]).SetName("long name");
        yield return new TestCaseData(SafetensorsRule.TooManyTensors, Enumerable
            .Range(0, SafetensorsLimits.Tensors + 1).Select(i => $"{i}").ToArray()).SetName("too many");
    }

    [TestCaseSource(nameof(Refused))]
    public void What_a_reader_would_refuse_is_not_written(SafetensorsRule rule, string[] names)
    {
        SafetensorsException refusal = Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Write(
            _path, names.Select(name => Tensor(name, SafetensorsType.U8, 1))))!;
        Assert.That(refusal.BrokenRule, Is.EqualTo(rule));
        Assert.That(_folder.Names(), Is.Empty);
    }

    [Test]
    public void A_rank_above_the_limit_is_not_written() => Assert.That(
        () => SafetensorsWriter.Write(_path, [Tensor("a", SafetensorsType.U8, 1, 1, 1, 1, 1, 1, 1, 1, 1)]),
        Throws.InstanceOf<SafetensorsException>().With.Message.Contains("rank"));

    [Test]
    public void A_shape_that_its_data_does_not_fill_is_refused_at_once()
    {
        Assert.That(() => new SafetensorsTensor("a", SafetensorsType.F32, [2], new byte[7]),
            Throws.InstanceOf<SutiException>());
        Assert.That(() => new SafetensorsTensor("a", SafetensorsType.F32, [-1], new byte[4]),
            Throws.InstanceOf<SutiException>());
        Assert.That(() => new SafetensorsTensor("a", SafetensorsType.F32, [1L << 40, 1L << 40], static _ => { }),
            Throws.InstanceOf<SutiException>());
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(5)]
    public void A_tensor_that_writes_another_size_leaves_the_old_file(int bytes)
    {
        _folder.File("x.safetensors", "old");
        CheckpointException refusal = Assert.Throws<CheckpointException>(() => SafetensorsWriter.Write(
            _path, [new SafetensorsTensor("w", SafetensorsType.U8, [4], stream => stream.Write(new byte[bytes]))]))!;
        Assert.That(refusal.Tensor, Is.EqualTo("w"));
        Assert.That(File.ReadAllText(_path), Is.EqualTo("old"));
        Assert.That(_folder.Names(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Digests_find_damage()
    {
        byte[] data = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        var options = new SafetensorsWriteOptions { RecordDigests = true };
        SafetensorsWriter.Write(_path,
            [new SafetensorsTensor("w", SafetensorsType.F32, [16], data), Tensor("e", SafetensorsType.F32, 0)],
            options);
        using (SafetensorsFile file = SafetensorsFile.Open(_path, verifyDigests: true))
        {
            Assert.That(file.Metadata["suti.sha256.w"],
                Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data))));
            file.ReadInto("w", new byte[64]);
            Assert.That(file.VerifyDigests(), Is.EqualTo(2));
        }
        byte[] damaged = File.ReadAllBytes(_path);
        damaged[^1] ^= 1;
        File.WriteAllBytes(_path, damaged);
        using SafetensorsFile broken = SafetensorsFile.Open(_path, verifyDigests: true);
        SafetensorsException refusal = Assert.Throws<SafetensorsException>(() => broken.ReadInto("w", new byte[64]))!;
        Assert.That(refusal.BrokenRule, Is.EqualTo(SafetensorsRule.DigestMismatch));
        Assert.That(() => broken.VerifyDigests(), Throws.InstanceOf<SafetensorsException>());
        using SafetensorsFile unchecked_ = SafetensorsFile.Open(_path);
        unchecked_.ReadInto("w", new byte[64]);
    }

    [Test]
    public void Digest_keys_are_the_writers_own() => Assert.That(() => SafetensorsWriter.Write(_path, [],
        new SafetensorsWriteOptions { Metadata = new Dictionary<string, string> { ["suti.sha256.w"] = "0" } }),
        Throws.InstanceOf<CheckpointException>());

    static SafetensorsTensor Tensor(string name, SafetensorsType type, params long[] shape) =>
        new(name, type, shape, new byte[shape.Aggregate(1L, (a, b) => a * b) * type.ElementBytes()]);
}
