using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class ResizeTests
{
    static Image Noise(int width, int height, int channels, int depth = 8)
    {
        var image = new Image(width, height, channels, depth);
        new Random(width + height).NextBytes(image.Bytes);
        return image;
    }

    [Test]
    public void One_colour_stays_one_colour(
        [Values] ResizeFilter filter, [Values(1, 2, 3, 4)] int channels, [Values(8, 16)] int depth,
        [Values(3, 23)] int side)
    {
        var image = new Image(11, 7, channels, depth);
        image.Bytes.Fill(200);
        var resized = image.Resize(side, side + 1, filter);
        int expected = depth == 8 ? 200 : 200 * 257;
        // With alpha colours are multiplied and divided, each time rounded.
        int bound = image.HasAlpha && filter != ResizeFilter.Nearest ? 1 : 0;
        for (int i = 0; i < side * (side + 1) * channels; i++)
            Assert.That(depth == 8 ? resized.Bytes[i] : resized.Samples16()[i], Is.EqualTo(expected).Within(bound));
    }

    [Test]
    public void Transparent_colours_do_not_bleed([Values(8, 16)] int depth)
    {
        var image = new Image(4, 1, 4, depth);
        // Two opaque greens beside two transparent reds.
        byte[] pixels = [0, 255, 0, 255, 0, 255, 0, 255, 255, 0, 0, 0, 255, 0, 0, 0];
        for (int i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = pixels[i * 8 / depth];
        var resized = image.Resize(2, 1, ResizeFilter.Bilinear).ToEightBits();
        Assert.That(resized.Bytes[..3].ToArray(), Is.EqualTo(new byte[] { 0, 255, 0 }));
        Assert.That(resized.Bytes[4], Is.Zero);
        Assert.That(resized.Bytes[3], Is.GreaterThan(resized.Bytes[7]));
    }

    // Pillow 9.4: alpha is multiplied in, resized and divided out again, each step rounded to 8 bits.
    [Test]
    public void Pictures_with_alpha_are_resized_as_Pillow_does()
    {
        var image = new Image(5, 4, 4, [.. Enumerable.Range(0, 80).Select(i => (byte)((i * 37) + (i * i * 11)))]);
        Assert.That(image.Resize(2, 3).Bytes.ToArray(), Is.EqualTo(new byte[]
        {
            99, 114, 129, 118, 212, 105, 134, 174, 144, 92, 144, 108, 194, 90, 83, 164,
            108, 162, 142, 170, 89, 160, 175, 145,
        }));
        var grey = new Image(5, 4, 2, [.. Enumerable.Range(0, 40).Select(i => image.Bytes[(i / 2 * 4) + (i % 2)])]);
        Assert.That(grey.Resize(3, 2, ResizeFilter.Lanczos, new(0.5f, 0.25f, 4.5f, 3.5f)).Bytes.ToArray(),
            Is.EqualTo(new byte[] { 42, 151, 217, 128, 160, 103, 90, 149, 141, 92, 139, 148 }));
    }

    [Test]
    public void Sixteen_bits_agree_with_eight(
        [Values(ResizeFilter.Box, ResizeFilter.Bilinear, ResizeFilter.Hamming)] ResizeFilter filter,
        [Values(5, 40)] int side)
    {
        var image = Noise(17, 13, 3);
        var deep = new Image(17, 13, 3, 16);
        for (int i = 0; i < image.Bytes.Length; i++)
            deep.Samples16()[i] = (ushort)(image.Bytes[i] * 257);
        var (found, expected) = (deep.Resize(side, side, filter), image.Resize(side, side, filter));
        for (int i = 0; i < expected.Bytes.Length; i++)
            Assert.That(found.Samples16()[i] / 257.0, Is.EqualTo((double)expected.Bytes[i]).Within(1.01));
    }

    [Test]
    public void A_box_of_whole_pixels_at_their_own_size_is_a_part(
        [Values] ResizeFilter filter, [Values(1, 3, 4)] int channels)
    {
        var image = Noise(9, 8, channels);
        if (image.HasAlpha)
        {
            for (int i = channels - 1; i < image.Bytes.Length; i += channels)
                image.Bytes[i] = 255;
        }
        var part = image.Resize(4, 5, filter, new(2, 1, 6, 6));
        Assert.That(part.Bytes.SequenceEqual(image.Crop(2, 1, 4, 5).Bytes));
        Assert.That(image.Resize(9, 8, filter), Is.SameAs(image));
    }

    [TestCase(-1f, 0f, 2f, 2f)]
    [TestCase(0f, 0f, 3.5f, 2f)]
    [TestCase(1f, 1f, 1f, 2f)]
    [TestCase(float.NaN, 0f, 2f, 2f)]
    public void Boxes_beyond_the_picture_are_refused(float left, float top, float right, float bottom)
        => Assert.Throws<ImageException>(() => Noise(3, 3, 1).Resize(2, 2, ResizeFilter.Box,
            new(left, top, right, bottom)));

    [TestCase(0, 1)]
    [TestCase(1, -1)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void Sizes_that_cannot_be_are_refused(int width, int height)
    {
        Assert.Throws<ImageException>(() => Noise(3, 3, 1).Resize(width, height));
        Assert.Throws<ImageException>(() => FloatResampler.Resize(new float[9], 3, 3, 1, width, height));
        Assert.Throws<ImageException>(() => Noise(3, 3, 1).FitTo(width, height));
    }

    [Test]
    public void Letterbox_keeps_all_and_adds_bars_in_the_middle()
    {
        var image = new Image(40, 20, 3);
        image.Bytes.Fill(200);
        var framed = image.FitTo(20, 20);
        Assert.That((framed.Width, framed.Height), Is.EqualTo((20, 20)));
        for (int y = 0; y < 20; y++)
            Assert.That(framed.Row(y)[0], Is.EqualTo(y is >= 5 and < 15 ? 200 : 128));
        Assert.That(image.FitTo(20, 20, background: Colour.White).Row(0)[0], Is.EqualTo(255));
        // However thin, something of the picture is left.
        Assert.That(Noise(1000, 1, 1).FitTo(10, 10).Row(4)[0], Is.Not.EqualTo(128));
    }

    [Test]
    public void Crop_cuts_two_sides_evenly()
    {
        byte[] row = [10, 10, 20, 20, 30, 30, 40, 40];
        var image = new Image(8, 2, 1, [.. row, .. row]);
        Assert.That(image.FitTo(2, 2, PictureFit.Crop).Bytes.ToArray(),
            Is.EqualTo(image.Crop(3, 0, 2, 2).Bytes.ToArray()));
        Assert.That(image.FitTo(1, 1, PictureFit.Crop, ResizeFilter.Box).Bytes.ToArray(),
            Is.EqualTo(new byte[] { 25 }));
        Assert.That(image.FitTo(4, 1, PictureFit.Crop, ResizeFilter.Box).Bytes.ToArray(),
            Is.EqualTo(new byte[] { 10, 20, 30, 40 }));
    }

    [Test]
    public void Squash_changes_the_proportions()
    {
        var image = Noise(8, 2, 3);
        Assert.That(image.FitTo(3, 3, PictureFit.Squash).Bytes.SequenceEqual(image.Resize(3, 3).Bytes));
    }
}
