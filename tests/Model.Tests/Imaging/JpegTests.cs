using System.Buffers.Binary;
using SuTI.Engine.Native;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

/// <summary>JPEG files that are cut, changed or ask for too much, made from the fixtures' files.</summary>
public class JpegTests
{
    // What a refusal may allocate: far less than any picture that these files announce.
    const long RefusalBytes = 4 << 20;

    static byte[] Good(string name = "420_q85.jpg")
        => File.ReadAllBytes(Path.Combine(FixtureFolder.Root, "image_jpeg", name));

    [OneTimeSetUp]
    public void Library()
    {
        JpegLibrary.Require();
        if (!Directory.Exists(Path.Combine(FixtureFolder.Root, "image_jpeg")))
            Assert.Ignore("no folder image_jpeg among the fixtures");
    }

    static IEnumerable<TestCaseData> Files()
    {
        yield return Case("three bytes", "no marker of the end", file => file[..3]);
        yield return Case("cut in the header", "truncated or damaged in the segment", file => file[..30]);
        yield return Case("cut in the data", "no marker of the end", file => file[..(file.Length / 2)]);
        yield return Case("without the end", "no marker of the end", file => file[..^2]);
        yield return Case("cut and closed", "compressed data is damaged",
            file => [.. file[..(file.Length * 2 / 3)], 0xff, 0xd9]);
        yield return Case("large and without data", "cannot hold so many pixels", file => Resized(file, 8000, 8000));
        yield return Case("absurd sides", "has too many pixels", file => Resized(file, 65_000, 65_000));
        yield return Case("no height", "at least one pixel", file => Resized(file, 64, 0));
        yield return Case("12 bits", "samples of another depth", file => With(file, Frame(file) + 4, 12));
        yield return Case("two components", "so many components", file => With(file, Frame(file) + 9, 2));
        yield return Case("lossless", "lossless", file => With(file, Frame(file) + 1, 0xc3));
        yield return Case("no sampling", "sampling is not possible", file => With(file, Frame(file) + 11, 0));
        yield return Case("two frames", "two frames", file => Insert(file, Frame(file),
            file[Frame(file)..(Frame(file) + 19)]));
        yield return Case("a scan before the frame", "before the frame's header",
            file => Insert(file, 2, [0xff, 0xda, 0, 2]));
        yield return Case("no scan", "holds no pixels", file => [.. file[..Scan(file)], 0xff, 0xd9]);
        yield return Case("segment beyond the file", "truncated or damaged in the segment",
            file => With(file, 4, 0xff));
        yield return Case("no tables", "cannot be decompressed", file => Without(file, 0xdb));
        yield return Case("too many scans", "has too many scans", file => Insert(file, Scan(file),
            [.. Enumerable.Repeat((byte[])[0xff, 0xda, 0, 2], 65).SelectMany(scan => scan)]));
        yield return Case("garbage between scans and end", "compressed data is damaged",
            file => Insert(file, file.Length / 2, [0xff, 0xd0]));
    }

    [TestCaseSource(nameof(Files))]
    public void Is_refused_with_the_reason(Func<byte[], byte[]> change, string reason)
    {
        byte[] file = change(Good());
        long before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<ImageException>(() => ImageFile.Decode(file, "hostile"))!;
        TestContext.Out.WriteLine(failure.Message);
        Assert.That(failure.Message, Does.StartWith("hostile: ").And.Contains(reason));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(RefusalBytes));
    }

    [Test]
    public void Surplus_bytes_before_the_end_are_no_damage()
    {
        byte[] good = Good();
        var expected = ImageFile.Decode(good, "good");
        var found = ImageFile.Decode(Insert(good, good.Length - 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), "surplus");
        Assert.That(found.Bytes.SequenceEqual(expected.Bytes));
        Assert.That(found.Notes, Has.One.Contains("surplus bytes"));
        Assert.That(expected.Notes, Is.Empty);
    }

    [Test]
    public void What_follows_the_end_is_noted()
    {
        var found = ImageFile.Decode((byte[])[.. Good(), .. "and more"u8], "tail");
        Assert.That(found.Notes, Has.One.Contains("8 bytes after the end"));
    }

    [Test]
    public void Fields_without_a_meaning_may_hold_anything()
    {
        byte[] good = Good();
        int scan = Scan(good), length = BinaryPrimitives.ReadUInt16BigEndian(good.AsSpan(scan + 2));
        byte[] changed = With(good, scan + 2 + length - 2, 0);
        int version = good.AsSpan().IndexOf("JFIF\0"u8) + 5;
        changed = With(changed, version, 3);
        byte[] before = [.. changed];
        Assert.That(ImageFile.Decode(changed, "changed").Bytes.SequenceEqual(ImageFile.Decode(good, "good").Bytes));
        Assert.That(changed, Is.EqualTo(before), "the caller's bytes stay as they are");
    }

    [Test]
    public void A_profile_is_passed_over_with_a_note()
        => Assert.That(ImageFile.Decode(Good("icc_thumb.jpg"), "profile").Notes, Has.One.Contains("colour profile"));

    [Test]
    public void Damaged_files_give_a_picture_or_a_reason(
        [Values("420_q85.jpg", "progressive_420.jpg", "cmyk.jpg", "restart_3b_444.jpg")] string name)
    {
        byte[] good = Good(name);
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] file = [.. good];
            for (int k = random.Next(1, 4); k > 0; k--)
                file[random.Next(2, file.Length)] = (byte)random.Next(256);
            try
            {
                ImageFile.Decode(file, "mutant");
            }
            catch (ImageException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(50, 399));
    }

    [Test]
    public void Several_threads_may_read_at_once()
    {
        byte[] file = Good();
        var expected = ImageFile.Decode(file, "one");
        Parallel.For(0, 32, _ => Assert.That(ImageFile.Decode(file, "many").Bytes.SequenceEqual(expected.Bytes)));
    }

    [Test]
    public void Without_the_library_the_message_says_how_to_install_it()
    {
        Assert.That(() => new TurboJpeg("off"),
            Throws.TypeOf<SutiException>().With.Message.Contains("install it with: ")
            .And.Message.Contains("SUTI_TURBOJPEG=off"));
        Assert.That(() => new TurboJpeg("/nowhere/libturbojpeg.so.0"),
            Throws.TypeOf<SutiException>().With.Message.Contains("/nowhere/libturbojpeg.so.0"));
    }

    static TestCaseData Case(string name, string reason, Func<byte[], byte[]> change)
        => new TestCaseData(change, reason).SetArgDisplayNames(name);

    static byte[] With(byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        return changed;
    }

    static byte[] Insert(byte[] file, int at, byte[] bytes) => [.. file[..at], .. bytes, .. file[at..]];

    static byte[] Resized(byte[] file, int width, int height)
    {
        byte[] changed = [.. file];
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(Frame(file) + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(Frame(file) + 7), (ushort)width);
        return changed;
    }

    static byte[] Without(byte[] file, byte marker)
    {
        byte[] changed = [.. file];
        for (int at; (at = Find(changed, marker)) > 0;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(changed.AsSpan(at + 2));
            changed = [.. changed[..at], .. changed[(at + 2 + length)..]];
        }
        return changed;
    }

    static int Frame(byte[] file) => Find(file, 0xc0);

    static int Scan(byte[] file) => Find(file, 0xda);

    static int Find(byte[] file, byte marker)
    {
        for (int at = 2; at + 4 < file.Length && file[at] == 0xff;)
        {
            if (file[at + 1] == marker)
                return at;
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        }
        return -1;
    }
}
