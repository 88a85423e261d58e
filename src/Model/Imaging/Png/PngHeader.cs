using System.Buffers.Binary;

namespace SuTI.Model.Imaging.Png;

/// <summary>The chunk IHDR (11.2.2).</summary>
/// <param name="Depth">Bits of a sample, or of an index into the palette.</param>
readonly record struct PngHeader(int Width, int Height, int Depth, PngColour Colour, bool IsInterlaced)
{
    // Adam7 (8.2): where a pass begins and how far apart its pixels are.
    static readonly (int X, int Y, int StepX, int StepY)[] s_passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Samples of a pixel as stored.</summary>
    internal int Samples => Colour switch
    {
        PngColour.GreyAlpha => 2,
        PngColour.Rgb => 3,
        PngColour.Rgba => 4,
        _ => 1,
    };

    /// <summary>What a filter looks back by: the bytes of a pixel, at least 1.</summary>
    internal int FilterBytes => Math.Max(1, Samples * Depth / 8);

    /// <summary>The passes that hold pixels, one if the picture is not interlaced.</summary>
    internal IEnumerable<PngPass> Passes()
    {
        if (!IsInterlaced)
        {
            yield return new(0, 0, 1, 1, Width, Height, RowBytes(Width));
            yield break;
        }
        foreach (var (x, y, stepX, stepY) in s_passes)
        {
            int columns = (Width - x + stepX - 1) / stepX, rows = (Height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0)
                yield return new(x, y, stepX, stepY, columns, rows, RowBytes(columns));
        }
    }

    /// <summary>Bytes of the uncompressed data: each row of each pass and the number of its filter.</summary>
    internal long DataBytes => Passes().Sum(pass => pass.Rows * (1L + pass.RowBytes));

    /// <exception cref="ImageException">
    /// A field holds what the format does not know, or the picture is too large.
    /// </exception>
    internal static PngHeader Parse(ReadOnlySpan<byte> chunk, string source, ImageLimits limits)
    {
        if (chunk.Length != 13)
            throw new ImageException(source, "the chunk IHDR has another length", "13 bytes", Text(chunk.Length));
        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk),
            height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        limits.CheckSize(source, width, height);
        string depths = chunk[9] switch
        {
            0 => "1, 2, 4, 8 or 16",
            2 or 4 or 6 => "8 or 16",
            3 => "1, 2, 4 or 8",
            _ => throw new ImageException(source, "the colour type is not known", "0, 2, 3, 4 or 6", Text(chunk[9])),
        };
        if (!depths.Split(" or ").SelectMany(part => part.Split(", ")).Contains(Text(chunk[8]), StringComparer.Ordinal))
            throw new ImageException(source, $"the bit depth does not go with colour type {chunk[9]}", depths,
                Text(chunk[8]));
        if (chunk[10] != 0)
            throw new ImageException(source, "the compression method is not known", "0", Text(chunk[10]));
        if (chunk[11] != 0)
            throw new ImageException(source, "the filter method is not known", "0", Text(chunk[11]));
        if (chunk[12] > 1)
            throw new ImageException(source, "the interlace method is not known", "0 or 1", Text(chunk[12]));
        return new((int)width, (int)height, chunk[8], (PngColour)chunk[9], chunk[12] == 1);
    }

    int RowBytes(int columns) => checked((int)((((long)columns * Samples * Depth) + 7) / 8));

    static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
