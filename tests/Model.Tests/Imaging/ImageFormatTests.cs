using System.Text;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class ImageFormatTests
{
    [TestCase("GIF89a......", "GIF")]
    [TestCase("RIFF....WEBPVP8 ", "WebP")]
    [TestCase("BM..........", "BMP")]
    [TestCase("II*\0........", "TIFF")]
    [TestCase("....ftypavif....", "AVIF")]
    [TestCase("....ftypheic....", "HEIF")]
    [TestCase("<svg xmlns=", "SVG")]
    public void Other_formats_are_named(string start, string name)
        => Assert.That(() => ImageFile.Decode(Encoding.Latin1.GetBytes(start), "picture.png"),
            Throws.TypeOf<ImageException>().With.Message.Contains("expected a PNG or JPEG file")
                .And.Message.Contains($"found {name}"));

    [Test]
    public void What_is_no_picture_is_told_by_its_bytes()
        => Assert.That(() => ImageFile.Decode((byte[])[1, 2, 3], "noise"),
            Throws.TypeOf<ImageException>().With.Message.Contains("first bytes 010203"));

    [Test]
    public void A_file_that_is_not_there_is_named_without_control_characters()
        => Assert.That(() => ImageFile.Read("/nowhere/a\u001b[31m.png"),
            Throws.TypeOf<ImageException>().With.Message.Contains("a\\u001b[31m.png")
                .And.Message.Contains("cannot be read"));

    [Test]
    public void A_file_beyond_the_limit_is_not_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("long.png");
        using (var file = File.Create(path))
            file.SetLength(300L << 20);
        Assert.That(() => ImageFile.Read(path),
            Throws.TypeOf<ImageException>().With.Message.Contains("too large for a picture"));
    }
}
