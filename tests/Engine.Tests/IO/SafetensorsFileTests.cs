using NUnit.Framework.Constraints;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsFileTests
{
    const string Header = """
        {"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]},
         "a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"e":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}
        """;

    TemporaryFolder _folder = null!;
    string _path = null!;

    [SetUp]
    public void Write()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("x.safetensors", SafetensorsBytes.File(Header, 8));
    }

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void Tensors_and_parts_are_read_in_place()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.That(file.Names, Is.EqualTo(new[] { "a", "b", "e" }));
        Assert.That(file.Metadata["k"], Is.EqualTo("v"));
        byte[] b = new byte[3];
        file.ReadInto("b", b);
        Assert.That(b, Is.EqualTo(new byte[] { 5, 6, 7 }));
        file.ReadInto("a", 2, b);
        Assert.That(b, Is.EqualTo(new byte[] { 2, 3, 4 }));
        file.ReadInto("e", []);
        file.ReadInto("a", 5, []);
    }

    [Test]
    public void A_view_shows_the_tensor_until_it_is_closed()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        SafetensorsView view = file.OpenView("b");
        Assert.That(view.Length, Is.EqualTo(3));
        Assert.That(view.Slice(1, 2).ToArray(), Is.EqualTo(new byte[] { 6, 7 }));
        Assert.That(() => { view.Slice(1, 3); }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => { view.Slice(-1, 1); }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        view.Dispose();
        view.Dispose();
        Assert.That(() => { view.Slice(0, 1); }, Throws.InstanceOf<ObjectDisposedException>());
        using SafetensorsView empty = file.OpenView("e");
        Assert.That(empty.Slice(0, 0).Length, Is.Zero);
    }

    [TestCase("b", 2)]
    [TestCase("b", 4)]
    [TestCase("e", 1)]
    public void A_destination_of_another_size_is_refused(string name, int bytes)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        CheckpointException refusal = Assert.Throws<CheckpointException>(() => file.ReadInto(name, new byte[bytes]))!;
        Assert.That(refusal.Tensor, Is.EqualTo(name));
        Assert.That(refusal.Found, Is.EqualTo($"{bytes}"));
    }

    [TestCase(-1, 1)]
    [TestCase(1, 3)]
    [TestCase(4, 0)]
    [TestCase(long.MaxValue, 3)]
    public void A_part_outside_the_tensor_is_refused(long offset, int bytes)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.That(() => file.ReadInto("b", offset, new byte[bytes]), Throws.InstanceOf<CheckpointException>());
    }

    [Test]
    public void A_missing_tensor_is_named()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.That(() => file.Entry("net.weight"),
            Throws.InstanceOf<CheckpointException>().With.Message.Contains("net.weight"));
    }

    [Test]
    public void A_file_cut_short_while_open_is_an_error_not_garbage()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        using (FileStream cut = File.Open(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            cut.SetLength(cut.Length - 2);
        file.ReadInto("a", new byte[5]);
        Assert.That(() => file.ReadInto("b", new byte[3]), ThrowsTruncated());
        Assert.That(() => file.OpenView("b"), ThrowsTruncated());
    }

    [Test]
    public void An_open_file_can_be_replaced_and_keeps_its_content()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        AtomicFile.Write(_path, stream => stream.Write("new"u8));
        byte[] b = new byte[3];
        file.ReadInto("b", b);
        Assert.That(b, Is.EqualTo(new byte[] { 5, 6, 7 }));
        Assert.That(File.ReadAllText(_path), Is.EqualTo("new"));
    }

    [Test]
    public void Paths_that_name_no_file_are_refused_with_the_path()
    {
        string missing = _folder.File("missing.safetensors");
        Assert.That(() => SafetensorsFile.Open(missing), ThrowsAbout(missing, "nothing there"));
        Assert.That(() => SafetensorsFile.Open(Path.Combine(missing, "x")), ThrowsAbout(missing, "nothing there"));
        Assert.That(() => SafetensorsFile.Open(_folder.Root), ThrowsAbout(_folder.Root, "a folder"));
    }

    [Test]
    public void Many_threads_read_at_once()
    {
        byte[] data = new byte[1 << 20];
        new Random(1).NextBytes(data);
        string path = _folder.File("big.safetensors");
        SafetensorsWriter.Write(path, Enumerable.Range(0, 16).Select(i => new SafetensorsTensor(
            $"t{i}", SafetensorsType.U8, [data.Length / 16], data.AsMemory(i * data.Length / 16, data.Length / 16))));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Parallel.For(0, 256, i =>
        {
            byte[] part = new byte[data.Length / 16];
            file.ReadInto($"t{i % 16}", part);
            Assert.That(part.AsSpan().SequenceEqual(data.AsSpan(i % 16 * part.Length, part.Length)));
        });
    }

    static EqualConstraint<SafetensorsRule> ThrowsTruncated() => Throws.InstanceOf<SafetensorsException>()
        .With.Property(nameof(SafetensorsException.BrokenRule)).EqualTo(SafetensorsRule.DataTruncated);

    static ContainsConstraint ThrowsAbout(string path, string found) =>
        Throws.InstanceOf<CheckpointException>().With.Message.Contains(path).And.Message.Contains(found);
}
