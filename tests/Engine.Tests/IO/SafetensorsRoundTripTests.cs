using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsRoundTripTests
{
    sealed record Content(Dictionary<string, (SafetensorsType Type, long[] Shape, byte[] Data)> Tensors,
        Dictionary<string, string> Metadata, bool Digests);

    const int EscapedRuneBytes = 12;

    static Gen<string> Names => Gen.OneOf(Gen.Choose(0, 0x7F), Gen.Choose(0, 0x10FFFF))
        .Where(Rune.IsValid)
        .ArrayOf()
        .Where(runes => runes.Length * EscapedRuneBytes <= SafetensorsLimits.NameBytes)
        .Select(runes => string.Concat(runes.Select(char.ConvertFromUtf32)))
        .Where(text => text != SafetensorsHeader.MetadataKey
            && !text.StartsWith(SafetensorsDigest.KeyPrefix, StringComparison.Ordinal));

    static Gen<(SafetensorsType Type, long[] Shape, byte[] Data)> Tensors =>
        from type in Gen.Elements(SafetensorsTypes.All.ToArray())
        from shape in Gen.Choose(0, 4).ArrayOf().Where(shape => shape.Length <= 4)
        from seed in Gen.Choose(0, int.MaxValue)
        select Tensor(type, [.. shape.Select(dimension => (long)dimension)], seed);

    static Gen<Content> Contents =>
        from names in Names.ListOf()
        from tensors in Tensors.ListOf(names.Count)
        from keys in Names.ListOf()
        from digests in Gen.Elements(true, false)
        select new Content(
            names.Zip(tensors).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second),
            keys.Distinct().ToDictionary(key => key, key => key + key),
            digests);

    [Test]
    public void What_was_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("x.safetensors");
        Prop.ForAll(Contents.ToArbitrary(), content =>
        {
            SafetensorsWriter.Write(path, ToWrite(content), Options(content));
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path, verifyDigests: true);
            AssertHolds(checkpoint, content);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void What_was_written_in_shards_is_read_back()
    {
        Prop.ForAll(Contents.ToArbitrary(), Gen.Choose(1, 200).ToArbitrary(), (content, maxShardBytes) =>
        {
            using var folder = new TemporaryFolder();
            string path = SafetensorsWriter.WriteSharded(
                folder.Root, "m", ToWrite(content), maxShardBytes, Options(content));
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path, verifyDigests: true);
            AssertHolds(checkpoint, content);
            Assert.That(checkpoint.Files.Where(file =>
                file.Entries.Count > 1 && file.Entries.Sum(entry => entry.ByteCount) > maxShardBytes), Is.Empty);
        }).QuickCheckThrowOnFailure();
    }

    static void AssertHolds(SafetensorsCheckpoint checkpoint, Content content)
    {
        Assert.That(checkpoint.Names, Is.EquivalentTo(content.Tensors.Keys));
        foreach ((string name, (SafetensorsType type, long[] shape, byte[] data)) in content.Tensors)
        {
            SafetensorsEntry entry = checkpoint.Entry(name);
            Assert.That((entry.Type, entry.ByteCount), Is.EqualTo((type, (long)data.Length)));
            Assert.That(entry.Shape, Is.EqualTo(shape));
            byte[] read = new byte[data.Length];
            checkpoint.ReadInto(name, read);
            Assert.That(read.AsSpan().SequenceEqual(data));
        }
        Assert.That(SafetensorsReport.Of(checkpoint).Metadata, Is.EquivalentTo(content.Metadata));
        Assert.That(checkpoint.VerifyDigests(), Is.EqualTo(content.Digests ? content.Tensors.Count : 0));
    }

    static IEnumerable<SafetensorsTensor> ToWrite(Content content) => content.Tensors.Select(pair =>
        new SafetensorsTensor(pair.Key, pair.Value.Type, pair.Value.Shape, pair.Value.Data));

    static SafetensorsWriteOptions Options(Content content) =>
        new() { Metadata = content.Metadata, RecordDigests = content.Digests };

    static (SafetensorsType Type, long[] Shape, byte[] Data) Tensor(SafetensorsType type, long[] shape, int seed)
    {
        byte[] data = new byte[shape.Aggregate(1L, (a, b) => a * b) * type.ElementBytes()];
        new System.Random(seed).NextBytes(data);
        return (type, shape, data);
    }
}
