namespace SuTI.Model.Imaging;

/// <summary>Pictures in other sizes, equal to Pillow's for 8 bits.</summary>
public static class ImageResizing
{
    /// <summary>
    /// The picture, or a part of it, in another size. Transparent pixels do not bleed: alpha weighs colours.
    /// </summary>
    /// <param name="box">The part; by default the whole.</param>
    /// <exception cref="ImageException">A side below 1, or a box beyond the picture.</exception>
    public static Image Resize(
        this Image image, int width, int height, ResizeFilter filter = ResizeFilter.Bicubic, ResizeBox? box = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        var part = box ?? ResizeBox.Of(image.Width, image.Height);
        part.Check(image.Width, image.Height);
        if (width == image.Width && height == image.Height && part == ResizeBox.Of(width, height))
            return image;
        var resized = image.Derive(width, height, image.Channels, image.Depth);
        if (filter == ResizeFilter.Nearest)
            NearestResampler.Resize<byte>(image.Bytes, image.Width, image.Height, image.PixelBytes, width, height, part)
                .CopyTo(resized.Bytes);
        else if (image.Depth == 16)
            ResizeDeep(image, resized, filter, part);
        else if (image.HasAlpha)
        {
            ByteResampler.Resize(Premultiplied(image), resized, filter, part);
            Unpremultiply(resized);
        }
        else
            ByteResampler.Resize(image, resized, filter, part);
        return resized;
    }

    static Image Premultiplied(Image image)
    {
        var result = new Image(image.Width, image.Height, image.Channels, image.Bytes.ToArray());
        var bytes = result.Bytes;
        int alpha = image.Channels - 1;
        for (int i = 0; i < bytes.Length; i += image.Channels)
        {
            for (int c = 0; c < alpha; c++)
            {
                // (a · b + 127.5) / 255 without a division.
                int product = (bytes[i + c] * bytes[i + alpha]) + 128;
                bytes[i + c] = (byte)(((product >> 8) + product) >> 8);
            }
        }
        return result;
    }

    static void Unpremultiply(Image image)
    {
        var bytes = image.Bytes;
        int alpha = image.Channels - 1;
        for (int i = 0; i < bytes.Length; i += image.Channels)
        {
            int opacity = bytes[i + alpha];
            for (int c = 0; c < alpha && opacity is not (0 or 255); c++)
                bytes[i + c] = (byte)Math.Min(255, 255 * bytes[i + c] / opacity);
        }
    }

    static void ResizeDeep(Image image, Image resized, ResizeFilter filter, ResizeBox box)
    {
        int channels = image.Channels, alpha = channels - 1;
        var from = image.Samples16();
        float[] samples = new float[from.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            bool isColour = image.HasAlpha && i % channels != alpha;
            samples[i] = isColour ? from[i] * (from[i - (i % channels) + alpha] / 65535f) : from[i];
        }
        samples = FloatResampler.Resize(samples, image.Width, image.Height, channels, resized.Width, resized.Height,
            filter, box);
        var to = resized.Samples16();
        for (int i = 0; i < samples.Length; i++)
        {
            bool isColour = image.HasAlpha && i % channels != alpha;
            float opacity = isColour ? samples[i - (i % channels) + alpha] / 65535f : 1;
            to[i] = (ushort)Math.Clamp(MathF.Round(opacity > 0 ? samples[i] / opacity : 0), 0, ushort.MaxValue);
        }
    }
}
