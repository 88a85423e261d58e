using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>Parts of pictures, and pictures with borders.</summary>
public static class ImageFraming
{
    /// <summary>The part of width by height pixels from (x, y) on.</summary>
    /// <exception cref="ImageException">The part is empty or not within the picture.</exception>
    public static Image Crop(this Image image, int x, int y, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (x < 0 || y < 0 || width < 1 || height < 1
            || (long)x + width > image.Width || (long)y + height > image.Height)
            throw new ImageException("crop", "the part must lie in the picture", image.ToString(),
                Invariant($"{width}x{height} at ({x}, {y})"));
        var part = image.Derive(width, height, image.Channels, image.Depth);
        for (int line = 0; line < height; line++)
            image.Row(y + line).Slice(x * image.PixelBytes, part.Stride).CopyTo(part.Row(line));
        return part;
    }

    /// <summary>The middle of a picture; where the picture is smaller, it is padded evenly with black.</summary>
    /// <param name="rounding">Where an odd margin lies.</param>
    /// <exception cref="ImageException">A side below 1.</exception>
    public static Image CropCentre(
        this Image image, int width, int height, CentreRounding rounding = CentreRounding.Down)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (width < 1 || height < 1)
            throw new ImageException("crop", "a picture has at least one pixel", null,
                Invariant($"{width}x{height}"));
        int missingX = Math.Max(0, width - image.Width), missingY = Math.Max(0, height - image.Height);
        int left = Half(missingX, rounding), top = Half(missingY, rounding);
        var padded = image.Pad(left, top, missingX - left, missingY - top, Colour.Black);
        return padded.Crop(Half(padded.Width - width, rounding), Half(padded.Height - height, rounding), width, height);
    }

    /// <summary>The picture with borders of one colour, opaque where there is alpha.</summary>
    /// <remarks>Around a grey picture a border that is not grey makes it one of colours.</remarks>
    /// <exception cref="ImageException">A negative border, or a picture that is too large.</exception>
    public static Image Pad(this Image image, int left, int top, int right, int bottom, Colour colour)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (left < 0 || top < 0 || right < 0 || bottom < 0)
            throw new ImageException("pad", "borders are not negative", null,
                Invariant($"({left}, {top}, {right}, {bottom})"));
        if (left + top + right + bottom == 0)
            return image;
        bool isGrey = colour.Red == colour.Green && colour.Red == colour.Blue;
        if (image.Channels < 3 && !isGrey)
            image = image.HasAlpha ? image.ToRgba() : image.ToRgb();
        int width = checked(image.Width + left + right), height = checked(image.Height + top + bottom);
        var padded = image.Derive(width, height, image.Channels, image.Depth);
        Fill(padded, colour);
        for (int y = 0; y < image.Height; y++)
            image.Row(y).CopyTo(padded.Row(top + y)[(left * image.PixelBytes)..]);
        return padded;
    }

    /// <summary>The picture in a frame of this size, by default whole, undistorted and with bars.</summary>
    /// <param name="background">The bars' colour; by default the middle grey.</param>
    /// <exception cref="ImageException">A side below 1.</exception>
    public static Image FitTo(this Image image, int width, int height, PictureFit fit = PictureFit.Letterbox,
        ResizeFilter filter = ResizeFilter.Bicubic, Colour? background = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        switch (fit)
        {
            case PictureFit.Squash:
                return image.Resize(width, height, filter);
            case PictureFit.Crop:
                // In double, so that a picture of the frame's proportions is taken whole.
                double part = Math.Min((double)image.Width / width, (double)image.Height / height);
                float marginX = (float)((image.Width - (part * width)) / 2),
                    marginY = (float)((image.Height - (part * height)) / 2);
                return image.Resize(width, height, filter,
                    new(marginX, marginY, image.Width - marginX, image.Height - marginY));
            default:
                double scale = Math.Min((double)width / image.Width, (double)height / image.Height);
                int inner = Inner(image.Width, width, scale), innerHeight = Inner(image.Height, height, scale);
                int left = (width - inner) / 2, top = (height - innerHeight) / 2;
                return image.Resize(inner, innerHeight, filter)
                    .Pad(left, top, width - inner - left, height - innerHeight - top, background ?? Colour.Grey);
        }
    }

    // However thin the picture, a line of it stays.
    static int Inner(int side, int frame, double scale)
        => Math.Clamp((int)Math.Round(side * scale), Math.Min(1, frame), Math.Max(frame, 0));

    /// <summary>The half of a margin that comes first.</summary>
    static int Half(int margin, CentreRounding rounding)
        => rounding == CentreRounding.Down ? margin / 2 : (int)Math.Round(margin / 2.0, MidpointRounding.ToEven);

    static void Fill(Image image, Colour colour)
    {
        ReadOnlySpan<byte> samples = image.Channels < 3 ? [colour.Red, 255]
            : [colour.Red, colour.Green, colour.Blue, 255];
        var row = image.Row(0);
        int size = image.Depth / 8;
        // 16 bits of v are the byte v twice, whatever the order of bytes.
        for (int i = 0; i < row.Length; i++)
            row[i] = samples[i / size % image.Channels];
        for (int y = 1; y < image.Height; y++)
            row.CopyTo(image.Row(y));
    }
}
