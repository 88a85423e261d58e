using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>What a picture's file may ask of its reader; checked before anything is allocated for it.</summary>
/// <remarks>
/// A picture takes at most 8 bytes a pixel (16 bits, four channels), so that the default bounds it by half a gigabyte;
/// photographs of 61 megapixels, the largest of small-format cameras, are within.
/// </remarks>
public sealed record ImageLimits
{
    public static ImageLimits Default { get; } = new();

    public long FileBytes { get; init; } = 256L << 20;

    public int Side { get; init; } = 65_535;

    public long Pixels { get; init; } = 1 << 26;

    /// <summary>Chunks of a PNG file or segments of a JPEG file.</summary>
    public int Chunks { get; init; } = 1 << 17;

    /// <summary>Texts in one file.</summary>
    public int Texts { get; init; } = 1024;

    /// <summary>Bytes of all texts of a file together, after decompression.</summary>
    public int TextBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Scans of a JPEG file: each takes time for every pixel; published encoders write at most a dozen or so.
    /// </summary>
    public int Scans { get; init; } = 64;

    /// <summary>Refuses sizes beyond the limits.</summary>
    /// <exception cref="ImageException">A side is 0 or too large, or there are too many pixels.</exception>
    internal void CheckSize(string source, long width, long height)
    {
        if (width < 1 || height < 1)
            throw new ImageException(source, "a picture has at least one pixel", null, Size());
        if (width > Side || height > Side)
            throw new ImageException(source, "a side is too long", Invariant($"at most {Side}"), Size());
        if (width * height > Pixels)
            throw new ImageException(source, "has too many pixels",
                Invariant($"at most {Pixels}"), Size());

        string Size() => Invariant($"{width}x{height}");
    }
}
