using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class ImageTests
{
    // 3 wide, 2 high: 1 2 3 over 4 5 6.
    static Image Six() => new(3, 2, 1, [1, 2, 3, 4, 5, 6]);

    static byte[] Bytes(Image image) => image.Bytes.ToArray();

    [TestCase(0, 1, 1, 8)]
    [TestCase(1, -1, 1, 8)]
    [TestCase(1, 1, 5, 8)]
    [TestCase(1, 1, 0, 8)]
    [TestCase(1, 1, 1, 12)]
    [TestCase(1 << 20, 1 << 20, 4, 16)]
    public void Impossible_pictures_are_refused(int width, int height, int channels, int depth)
        => Assert.Throws<ImageException>(() => _ = new Image(width, height, channels, depth));

    [Test]
    public void Samples_must_fill_the_picture()
        => Assert.Throws<ImageException>(() => _ = new Image(2, 2, 3, new byte[11]));

    [Test]
    public void Colours_come_from_grey_and_alpha_is_dropped_or_mixed()
    {
        var image = new Image(2, 1, 2, [100, 255, 200, 51]);
        Assert.That(Bytes(image.ToRgb()), Is.EqualTo(new byte[] { 100, 100, 100, 200, 200, 200 }));
        Assert.That(Bytes(image.ToRgba()), Is.EqualTo(new byte[] { 100, 100, 100, 255, 200, 200, 200, 51 }));
        // A fifth of 200 and four fifths of 0, 100 and 255.
        Assert.That(Bytes(image.ToRgb(new Colour(0, 100, 255))),
            Is.EqualTo(new byte[] { 100, 100, 100, 40, 120, 244 }));
        Assert.That(Bytes(new Image(1, 1, 3, [7, 8, 9]).ToRgba()), Is.EqualTo(new byte[] { 7, 8, 9, 255 }));
    }

    [Test]
    public void Mixing_16_bits_agrees_with_8()
    {
        var deep = new Image(2, 1, 2, 16);
        ((ushort[])[100 * 257, 65535, 200 * 257, 51 * 257]).CopyTo(deep.Samples16());
        Assert.That(Bytes(deep.ToRgb(new Colour(0, 100, 255)).ToEightBits()),
            Is.EqualTo(new byte[] { 100, 100, 100, 40, 120, 244 }));
    }

    [Test]
    public void Parts_and_borders()
    {
        Assert.That(Bytes(Six().Crop(1, 0, 2, 2)), Is.EqualTo(new byte[] { 2, 3, 5, 6 }));
        Assert.That(Bytes(Six().Pad(1, 0, 0, 1, Colour.White)),
            Is.EqualTo(new byte[] { 255, 1, 2, 3, 255, 4, 5, 6, 255, 255, 255, 255 }));
        var red = Six().Pad(0, 1, 0, 0, new Colour(200, 0, 0));
        Assert.That((red.Channels, red.Height), Is.EqualTo((3, 3)));
        Assert.That(Bytes(red)[..10], Is.EqualTo(new byte[] { 200, 0, 0, 200, 0, 0, 200, 0, 0, 1 }));
        Assert.Throws<ImageException>(() => Six().Crop(2, 0, 2, 1));
        Assert.Throws<ImageException>(() => Six().Crop(0, 0, int.MaxValue, 1));
        Assert.Throws<ImageException>(() => Six().Pad(-1, 0, 0, 0, Colour.Black));
    }

    [Test]
    public void Borders_of_16_bits_and_alpha_are_opaque()
    {
        var padded = new Image(1, 1, 4, 16).Pad(1, 0, 0, 0, new Colour(1, 2, 3));
        Assert.That(padded.Samples16().ToArray(), Is.EqualTo(new ushort[] { 257, 514, 771, 65535, 0, 0, 0, 0 }));
    }

    [Test]
    public void The_middle_of_an_odd_margin_depends_on_the_library()
    {
        var image = new Image(7, 1, 1, [0, 1, 2, 3, 4, 5, 6]);
        // A margin of 3: 1 before it when rounded down, 2 when rounded to even; of 5: 2 both ways.
        Assert.That(Bytes(image.CropCentre(4, 1)), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(Bytes(image.CropCentre(4, 1, CentreRounding.HalfToEven)), Is.EqualTo(new byte[] { 2, 3, 4, 5 }));
        Assert.That(Bytes(image.CropCentre(2, 1)), Is.EqualTo(new byte[] { 2, 3 }));
        Assert.That(Bytes(image.CropCentre(2, 1, CentreRounding.HalfToEven)), Is.EqualTo(new byte[] { 2, 3 }));
        Assert.That(Bytes(Six().CropCentre(5, 1)), Is.EqualTo(new byte[] { 0, 1, 2, 3, 0 }));
    }

    [TestCase(1, 3, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [TestCase(2, 3, new byte[] { 3, 2, 1, 6, 5, 4 })]
    [TestCase(3, 3, new byte[] { 6, 5, 4, 3, 2, 1 })]
    [TestCase(4, 3, new byte[] { 4, 5, 6, 1, 2, 3 })]
    [TestCase(5, 2, new byte[] { 1, 4, 2, 5, 3, 6 })]
    [TestCase(6, 2, new byte[] { 4, 1, 5, 2, 6, 3 })]
    [TestCase(7, 2, new byte[] { 6, 3, 5, 2, 4, 1 })]
    [TestCase(8, 2, new byte[] { 3, 6, 2, 5, 1, 4 })]
    public void Orientations(int orientation, int width, byte[] expected)
    {
        var upright = Orientation.Apply(Six(), orientation);
        Assert.That(upright.Width, Is.EqualTo(width));
        Assert.That(Bytes(upright), Is.EqualTo(expected));
    }

    [TestCase("", 1)]
    [TestCase("49492a00", 1)]
    [TestCase("49492a00ffffffff", 1)]
    [TestCase("49492a0008000000ffff", 1)]
    [TestCase("49492a00080000000100120103000100000006000000", 6)]
    [TestCase("49492a00080000000100120103000100000009000000", 1)]
    [TestCase("49492a000800000001001201040001000000060000", 1)]
    [TestCase("49492a00080000000100120103000200000006000000", 1)]
    [TestCase("4d4d002a0000000800010112000300000001000800000000", 8)]
    public void Orientation_in_EXIF_data_whole_or_broken(string hex, int expected)
        => Assert.That(ExifOrientation.Read(Convert.FromHexString(hex)), Is.EqualTo(expected));

    [Test]
    public void A_grid_holds_its_pictures_in_order()
    {
        Image Of(byte value, int width, int height) => new(width, height, 1,
            [.. Enumerable.Repeat(value, width * height)]);
        var grid = ImageGrid.Compose([Of(1, 2, 2), Of(2, 2, 2), Of(3, 1, 2)], 2, 1, new Colour(9, 9, 9));
        Assert.That((grid.Width, grid.Height, grid.Channels), Is.EqualTo((7, 7, 3)));
        byte[] red = [.. Bytes(grid).Where((_, i) => i % 3 == 0)];
        Assert.That(red, Is.EqualTo(new byte[]
        {
            9, 9, 9, 9, 9, 9, 9,
            9, 1, 1, 9, 2, 2, 9,
            9, 1, 1, 9, 2, 2, 9,
            9, 9, 9, 9, 9, 9, 9,
            9, 3, 9, 9, 9, 9, 9,
            9, 3, 9, 9, 9, 9, 9,
            9, 9, 9, 9, 9, 9, 9,
        }));
        Assert.Throws<ImageException>(() => ImageGrid.Compose([], 2));
        Assert.Throws<ImageException>(() => ImageGrid.Compose([Six()], 0));
        Assert.Throws<ImageException>(() => ImageGrid.Compose([Six()], 1, int.MaxValue));
    }
}
