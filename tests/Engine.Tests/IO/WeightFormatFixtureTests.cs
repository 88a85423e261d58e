using System.Buffers.Binary;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

/// <summary>The fixture <c>weight_formats</c>: files of other writers, bit for bit, and files to be refused.</summary>
[Category("Fixtures")]
public class WeightFormatFixtureTests
{
    // The sizes of the copy in the repository: a folder that lost files must not pass.
    const int WholeFiles = 5;
    const int BadFiles = 8;

    static readonly Dictionary<string, SafetensorsRule> s_rules = new()
    {
        ["bad_dtype"] = SafetensorsRule.UnknownDType,
        ["bad_header_len"] = SafetensorsRule.HeaderTooLong,
        ["bad_json"] = SafetensorsRule.EntryNotObject,
        ["bad_offsets"] = SafetensorsRule.OffsetsInverted,
        ["bad_overlap"] = SafetensorsRule.Overlap,
        ["bad_shape"] = SafetensorsRule.SizeMismatch,
        ["bad_short"] = SafetensorsRule.FileTooShort,
        ["bad_truncated"] = SafetensorsRule.OffsetsBeyondData,
    };

    static IEnumerable<string> Folders() => FixtureFolder.Find("weight_formats");

    static IEnumerable<string> Sharded() => Folders().Where(folder => File.Exists(Path.Combine(folder, "model.safetensors.index.json")));

    static IEnumerable<string> Files(string pattern) => Folders()
        .SelectMany(folder => Directory.GetFiles(folder, pattern + ".safetensors")).Order(StringComparer.Ordinal);

    static IEnumerable<TestCaseData> Bad() => Files("bad_*").Select(Named);

    static IEnumerable<TestCaseData> Whole() => Files("*").Where(file =>
        Path.GetFileName(file) is string name
        && !name.StartsWith("bad_", StringComparison.Ordinal)
        && !name.StartsWith("model-", StringComparison.Ordinal)
        && !name.StartsWith("expected", StringComparison.Ordinal)).Select(Named);

    [Test]
    public void Nothing_is_missing()
    {
        if (!FixtureFolder.IsCopy)
            Assert.Pass("said of the copy in the repository alone");
        Assert.That(Folders(), Is.Not.Empty);
        Assert.That(Bad().Count(), Is.GreaterThanOrEqualTo(BadFiles));
        Assert.That(Whole().Count(), Is.GreaterThanOrEqualTo(WholeFiles));
    }

    [TestCaseSource(nameof(Bad))]
    public void A_malformed_file_is_refused(string path)
    {
        SafetensorsException refusal = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path))!;
        Assert.That(refusal.Message, Does.Contain(Path.GetFileName(path)));
        if (s_rules.TryGetValue(Path.GetFileNameWithoutExtension(path), out SafetensorsRule rule))
            Assert.That(refusal.BrokenRule, Is.EqualTo(rule), refusal.Message);
    }

    [TestCaseSource(nameof(Whole))]
    public void A_file_holds_what_is_expected(string path)
    {
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        Compare(checkpoint, Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path));
    }

    [TestCaseSource(nameof(Sharded))]
    public void A_sharded_checkpoint_holds_what_is_expected(string folder)
    {
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder);
        Assert.That(checkpoint.Path, Does.EndWith("model.safetensors.index.json"));
        Assert.That(checkpoint.Files, Has.Count.GreaterThan(1));
        Assert.That(checkpoint.UnmappedTensors, Is.Empty);
        Assert.That(checkpoint.DeclaredTotalBytes, Is.EqualTo(checkpoint.Entries.Sum(entry => entry.ByteCount)));
        Compare(checkpoint, folder, "sharded");
    }

    [Test]
    public void The_fixture_has_unaligned_tensors_and_a_header_of_unaligned_length()
    {
        if (!FixtureFolder.IsCopy)
            Assert.Pass("said of the copy in the repository alone");
        using SafetensorsFile ints = SafetensorsFile.Open(Files("ints").First());
        Assert.That(ints.Entry("i64").Begin % 8, Is.Not.Zero);
        using SafetensorsFile f32 = SafetensorsFile.Open(Files("f32").First());
        Assert.That(f32.Metadata["note"], Is.EqualTo("é"));
    }

    static void Compare(SafetensorsCheckpoint checkpoint, string folder, string group)
    {
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        string[] keys = [.. expected.Names.Where(key => key.StartsWith(group + "/", StringComparison.Ordinal))];
        Assert.That(checkpoint.Names.Select(name => $"{group}/{name}"), Is.EquivalentTo(keys));
        foreach (SafetensorsEntry entry in checkpoint.Entries)
        {
            SafetensorsEntry wanted = expected.Entry($"{group}/{entry.Name}");
            Assert.That(entry.Shape, Is.EqualTo(wanted.Shape), entry.Name);
            byte[] bytes = Bytes(entry, checkpoint.ReadInto);
            using (SafetensorsView view = checkpoint.OpenView(entry.Name))
                Assert.That(view.Slice(0, bytes.Length).SequenceEqual(bytes), entry.Name);
            Assert.That(As(wanted.Type, entry.Type, bytes), Is.EqualTo(Bytes(wanted, expected.ReadInto)), entry.Name);
        }
    }

    internal delegate void Read(string name, Span<byte> destination);

    internal static byte[] Bytes(WeightEntry entry, Read read)
    {
        byte[] bytes = new byte[entry.ByteCount];
        read(entry.Name, bytes);
        return bytes;
    }

    // The expected file stores halves and doubles as float32.
    internal static byte[] As(SafetensorsType wanted, SafetensorsType stored, byte[] bytes)
    {
        if (wanted == stored)
            return bytes;
        Assert.That(wanted, Is.EqualTo(SafetensorsType.F32));
        int size = stored.ElementBytes();
        byte[] floats = new byte[bytes.Length / size * sizeof(float)];
        for (int i = 0; i < bytes.Length / size; i++)
        {
            ReadOnlySpan<byte> element = bytes.AsSpan(i * size, size);
            float value = stored switch
            {
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                SafetensorsType.BF16 =>
                    BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                _ => throw new InvalidOperationException($"{stored} is not stored for F32"),
            };
            BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(i * sizeof(float)), value);
        }
        return floats;
    }

    static TestCaseData Named(string path) => new TestCaseData(path).SetArgDisplayNames(Path.GetFileName(path));
}
