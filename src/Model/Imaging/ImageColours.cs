namespace SuTI.Model.Imaging;

/// <summary>Pictures of other channels and depths.</summary>
public static class ImageColours
{
    /// <summary>Three channels. Without a background alpha is dropped and the colours stay as they are.</summary>
    /// <param name="background">What shows through where the picture is transparent.</param>
    public static Image ToRgb(this Image image, Colour? background = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Channels == 3)
            return image;
        return background is { } colour && image.HasAlpha ? Compose(image, colour) : image.Arrange(3);
    }

    /// <summary>Four channels; what has no alpha is opaque.</summary>
    public static Image ToRgba(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Channels == 4 ? image : image.Arrange(4);
    }

    /// <summary>Samples of 8 bits: the high byte of 16, as libpng and Pillow reduce them.</summary>
    /// <remarks>Rounding a division by 257 instead differs by at most 1.</remarks>
    public static Image ToEightBits(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Depth == 8)
            return image;
        var reduced = image.Derive(image.Width, image.Height, image.Channels);
        var from = image.Samples16();
        var to = reduced.Bytes;
        for (int i = 0; i < to.Length; i++)
            to[i] = (byte)(from[i] >> 8);
        return reduced;
    }

    /// <summary>The same pixels in 3 or 4 channels.</summary>
    static Image Arrange(this Image image, int channels)
    {
        var result = image.Derive(image.Width, image.Height, channels, image.Depth);
        if (image.Depth == 8)
            Arrange<byte>(image.Bytes, image.Channels, result.Bytes, channels, byte.MaxValue);
        else
            Arrange<ushort>(image.Samples16(), image.Channels, result.Samples16(), channels, ushort.MaxValue);
        return result;
    }

    static void Arrange<T>(ReadOnlySpan<T> from, int channels, Span<T> to, int wanted, T opaque) where T : unmanaged
    {
        var (green, blue) = channels < 3 ? (0, 0) : (1, 2);
        for (int i = 0, j = 0; j < to.Length; i += channels, j += wanted)
        {
            to[j] = from[i];
            to[j + 1] = from[i + green];
            to[j + 2] = from[i + blue];
            if (wanted == 4)
                to[j + 3] = channels == 2 ? from[i + 1] : opaque;
        }
    }

    static Image Compose(Image image, Colour background)
    {
        var rgba = image.ToRgba();
        var result = image.Derive(image.Width, image.Height, 3, image.Depth);
        ReadOnlySpan<byte> behind = [background.Red, background.Green, background.Blue];
        if (image.Depth == 8)
            Compose<byte>(rgba.Bytes, behind, 255, result.Bytes);
        else
            Compose<ushort>(rgba.Samples16(), behind, 65535, result.Samples16());
        return result;
    }

    static void Compose<T>(ReadOnlySpan<T> rgba, ReadOnlySpan<byte> behind, long largest, Span<T> rgb)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int i = 0, j = 0; j < rgb.Length; i += 4, j += 3)
        {
            long alpha = long.CreateTruncating(rgba[i + 3]);
            for (int c = 0; c < 3; c++)
            {
                long front = long.CreateTruncating(rgba[i + c]), back = behind[c] * (largest / 255);
                rgb[j + c] = T.CreateTruncating(Mix(front, back, alpha, largest));
            }
        }
    }

    // Rounded to nearest: (front · alpha + back · (largest - alpha)) / largest.
    static long Mix(long front, long back, long alpha, long largest)
        => ((front * alpha) + (back * (largest - alpha)) + (largest / 2)) / largest;
}
