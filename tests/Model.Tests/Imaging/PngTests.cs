using System.Buffers.Binary;
using System.Text;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class PngTests
{
    static Image Noise(int width, int height, int channels, int depth, int seed)
    {
        var image = new Image(width, height, channels, depth);
        new Random(seed).NextBytes(image.Bytes);
        return image;
    }

    [Test]
    public void Any_picture_is_read_as_it_was_written(
        [Values(1, 2, 7, 40)] int width, [Values(1, 3, 33)] int height, [Range(1, 4)] int channels,
        [Values(8, 16)] int depth)
    {
        var image = Noise(width, height, channels, depth, width + (100 * height));
        var again = ImageFile.Decode(ImageFile.EncodePng(image), "noise");
        Assert.That(again.ToString(), Is.EqualTo(image.ToString()));
        Assert.That(again.Bytes.SequenceEqual(image.Bytes));
    }

    [Test]
    public void Smooth_pictures_are_filtered()
    {
        var image = new Image(256, 256, 3);
        for (int i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = (byte)((i / 3 % 256) + (i / 768) + (i % 3 * 40));
        byte[] file = ImageFile.EncodePng(image);
        Assert.That(file, Has.Length.LessThan(image.Bytes.Length / 50));
        Assert.That(ImageFile.Decode(file, "smooth").Bytes.SequenceEqual(image.Bytes));
    }

    [Test]
    public void The_same_picture_gives_the_same_bytes()
    {
        var image = Noise(31, 17, 3, 8, 1);
        byte[] first = ImageFile.EncodePng(image), second = ImageFile.EncodePng(image);
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public void Texts_travel_as_Latin_1_or_UTF_8()
    {
        ImageText[] texts =
        [
            new("Description", "A bowl\nof berries, café"), new("Prompt", "桜の木 🌸"), new("Software", ""),
            new("Control", "a\rb\u0085c"), new("Long", new string('ü', 100_000)),
        ];
        var image = Noise(2, 2, 3, 8, 2);
        byte[] file = ImageFile.EncodePng(image, texts);
        Assert.That(ImageFile.Decode(file, "texts").Texts, Is.EqualTo(texts));
        string latin = Encoding.Latin1.GetString(file);
        Assert.That(latin, Does.Contain("tEXtDescription\0A bowl\nof berries, caf\u00e9"));
        Assert.That(latin, Does.Contain("iTXtPrompt\0\0\0\0\0"));
        Assert.That(latin, Does.Contain("iTXtControl"));
    }

    [Test]
    public void Texts_of_a_picture_are_written_unless_others_are_given()
    {
        var image = ImageFile.Decode(ImageFile.EncodePng(Noise(2, 2, 1, 8, 3), [new("Title", "one")]), "image");
        Assert.That(ImageFile.Decode(ImageFile.EncodePng(image), "again").Texts,
            Is.EqualTo(new[] { new ImageText("Title", "one") }));
        Assert.That(ImageFile.Decode(ImageFile.EncodePng(image, []), "again").Texts, Is.Empty);
    }

    [TestCase("", "text")]
    [TestCase(" padded", "text")]
    [TestCase("two  blanks", "text")]
    [TestCase("キー", "text")]
    [TestCase("line\nbreak", "text")]
    [TestCase("Title", "zero \0 inside")]
    public void Texts_that_PNG_cannot_hold_are_refused(string keyword, string text)
        => Assert.Throws<ImageException>(() => ImageFile.EncodePng(new Image(1, 1, 1), [new(keyword, text)]));

    [Test]
    public void Half_a_surrogate_pair_is_refused()
        => Assert.That(() => ImageFile.EncodePng(new Image(1, 1, 1), [new("Title", "half \ud83c")]),
            Throws.TypeOf<ImageException>().With.Message.Contains("whole surrogate pairs"));

    [Test]
    public void Files_are_written_whole_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("picture.jpg");
        var image = Noise(5, 4, 4, 8, 4);
        ImageFile.WritePng(path, image);
        Assert.That(ImageFile.Read(path).Bytes.SequenceEqual(image.Bytes), "a name says nothing of the format");
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<ImageException>(() => ImageFile.WritePng(path, image, [new("", "text")]));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
        Assert.That(folder.Names(), Is.EqualTo(new[] { "picture.jpg" }));
    }

    [Test]
    public void An_orientation_in_the_file_is_honoured()
    {
        byte[] exif = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
        byte[] file = PngBytes.File(PngBytes.Header(2, 1), PngBytes.Chunk("eXIf", exif), PngBytes.Data(0, 10, 20),
            PngBytes.End);
        var image = ImageFile.Decode(file, "turned");
        Assert.That((image.Width, image.Height), Is.EqualTo((1, 2)));
        Assert.That(image.Bytes.ToArray(), Is.EqualTo(new byte[] { 10, 20 }));
        Assert.That(image.Notes, Has.One.Contains("orientation 6"));
    }

    [Test]
    public void What_was_passed_over_is_noted()
    {
        byte[] file = [.. PngBytes.File(PngBytes.Header(1, 1),
            PngBytes.Chunk("iCCP", [0]), PngBytes.Chunk("acTL", new byte[8]),
            PngBytes.Chunk("gAMA", PngBytes.Number(45455)), PngBytes.Data(0, 7), PngBytes.End), .. "tail"u8];
        var image = ImageFile.Decode(file, "noted");
        Assert.That(image.Bytes.ToArray(), Is.EqualTo(new byte[] { 7 }));
        Assert.That(image.Notes, Has.Count.EqualTo(3).And.Some.Contains("colour profile").And.Some.Contains("animation")
            .And.Some.Contains("4 bytes after the end"));
    }

    [Test]
    public void Samples_of_16_bits_have_their_high_byte_first()
    {
        var image = new Image(1, 1, 3, 16);
        ((ushort[])[0x0102, 0xfffe, 0x8000]).CopyTo(image.Samples16());
        byte[] file = ImageFile.EncodePng(image);
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), Is.EqualTo(1));
        Assert.That(file[24], Is.EqualTo(16));
        var again = ImageFile.Decode(file, "deep");
        Assert.That(again.Samples16().ToArray(), Is.EqualTo(new ushort[] { 0x0102, 0xfffe, 0x8000 }));
        Assert.That(again.ToEightBits().Bytes.ToArray(), Is.EqualTo(new byte[] { 1, 0xff, 0x80 }));
    }
}
