using SuTI.Engine;
using SuTI.Engine.Native;

namespace SuTI.Model.Imaging.Jpeg;

/// <summary>Reads JPEG files of 8 bits: baseline, extended and progressive; grey, YCbCr, RGB, CMYK and YCCK.</summary>
/// <remarks>
/// Colour profiles are passed over, which a note tells. What the library only warns of (bad codes, data that ends too
/// early) is an error here: the pixels would be wrong. Surplus bytes just before the end are no damage.
/// </remarks>
static class JpegReader
{
    /// <exception cref="ImageException">
    /// Truncated, damaged, of a kind that is not read, beyond a limit, or no library.
    /// </exception>
    internal static Image Read(ReadOnlyMemory<byte> file, string source, ImageLimits limits)
    {
        var stored = Decompress(file, source, limits, out int orientation);
        return Orientation.Apply(stored.Channels == 4 ? ToRgb(stored) : stored, orientation);
    }

    /// <summary>
    /// The samples as they are stored: 1 channel grey, 3 RGB, 4 inks from CMYK or YCCK, full ink being 0.
    /// </summary>
    internal static Image Decompress(ReadOnlyMemory<byte> file, string source, ImageLimits limits, out int orientation)
    {
        var structure = JpegStructure.Parse(file, source, limits);
        orientation = structure.Orientation;
        if (structure.Repairs.Count > 0)
        {
            byte[] repaired = file.ToArray();
            foreach (var (position, value) in structure.Repairs)
                repaired[position] = value;
            file = repaired;
        }
        var notes = structure.Notes.ToList();
        var image = new Image(structure.Width, structure.Height, structure.Components) { Notes = notes };
        string? warning;
        try
        {
            TurboJpeg.Instance.Decompress(file.Span, image.Width, image.Height, image.Channels, image.Bytes,
                out warning);
        }
        catch (SutiException failure)
        {
            throw new ImageException(source, failure.Rule, failure.Expected, failure.Found, failure);
        }
        if (warning is null)
            return image;
        if (!warning.EndsWith("extraneous bytes before marker 0xd9", StringComparison.Ordinal))
            throw new ImageException(source, "the compressed data is damaged", null, warning.TrimEnd('.'));
        notes.Add("surplus bytes before the end of the picture were passed over");
        return image;
    }

    // Inks as Adobe's programs store them, inverted, and as Pillow mixes them: channel · key, without a profile.
    static Image ToRgb(Image inks)
    {
        var image = inks.Derive(inks.Width, inks.Height, 3);
        ReadOnlySpan<byte> from = inks.Bytes;
        var to = image.Bytes;
        for (int i = 0, j = 0; i < from.Length; i += 4, j += 3)
        {
            for (int c = 0; c < 3; c++)
            {
                int product = ((255 - from[i + c]) * from[i + 3]) + 128;
                to[j + c] = (byte)(from[i + 3] - (((product >> 8) + product) >> 8));
            }
        }
        return image;
    }
}
