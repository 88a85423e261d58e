using System.Buffers.Binary;
using static System.FormattableString;

namespace SuTI.Model.Imaging.Png;

/// <summary>
/// Stored rows to pixels: bits are widened to bytes, palettes looked up, transparent colours become alpha.
/// </summary>
/// <param name="palette">Three bytes an entry; for palette pictures only.</param>
/// <param name="transparency">
/// The chunk tRNS (11.3.2.1): alphas of the first entries, or the one transparent colour.
/// </param>
sealed class PngPixels(PngHeader header, ReadOnlyMemory<byte> palette, ReadOnlyMemory<byte>? transparency,
    string source)
{
    readonly byte[] _opacity = header.Colour == PngColour.Palette && transparency is { } alphas
        ? [.. alphas.Span, .. Enumerable.Repeat((byte)255, 256 - alphas.Length)] : [];

    internal int Channels => header.Colour switch
    {
        PngColour.Grey => 1 + Extra,
        PngColour.GreyAlpha => 2,
        PngColour.Rgba => 4,
        _ => 3 + Extra,
    };

    internal int Depth => header.Depth == 16 ? 16 : 8;

    int Extra => transparency is null ? 0 : 1;

    /// <summary>Writes the pixels of a row of a pass.</summary>
    /// <exception cref="ImageException">An index beyond the palette.</exception>
    internal void Write(ReadOnlySpan<byte> row, PngPass pass, int j, Image image)
    {
        int size = image.PixelBytes, step = pass.StepX * size;
        var pixels = image.Row(pass.Y + (j * pass.StepY))[(pass.X * size)..];
        if (header.Colour == PngColour.Palette)
            WriteIndices(row, pass.Columns, pixels, step);
        else if (header.Depth < 8)
            WriteBits(row, pass.Columns, pixels, step);
        else if (header.Depth == 16)
            WriteWords(row, pass.Columns, pixels, step);
        else if (step == header.Samples)
            row.CopyTo(pixels);
        else
            WriteBytes(row, pass.Columns, pixels, step);
    }

    void WriteIndices(ReadOnlySpan<byte> row, int columns, Span<byte> pixels, int step)
    {
        var colours = palette.Span;
        for (int i = 0; i < columns; i++)
        {
            int index = Bits(row, i);
            if (3 * index >= colours.Length)
                throw new ImageException(source, "a pixel's index lies beyond the palette",
                    Invariant($"less than {colours.Length / 3}"), Invariant($"{index}"));
            var pixel = pixels[(i * step)..];
            colours.Slice(3 * index, 3).CopyTo(pixel);
            if (_opacity.Length > 0)
                pixel[3] = _opacity[index];
        }
    }

    void WriteBits(ReadOnlySpan<byte> row, int columns, Span<byte> pixels, int step)
    {
        int largest = (1 << header.Depth) - 1, scale = 255 / largest, key = Key(0) & largest;
        for (int i = 0; i < columns; i++)
        {
            int sample = Bits(row, i);
            pixels[i * step] = (byte)(sample * scale);
            if (transparency is not null)
                pixels[(i * step) + 1] = (byte)(sample == key ? 0 : 255);
        }
    }

    void WriteBytes(ReadOnlySpan<byte> row, int columns, Span<byte> pixels, int step)
    {
        int samples = header.Samples;
        Span<byte> key = [(byte)Key(0), (byte)Key(1), (byte)Key(2)];
        for (int i = 0; i < columns; i++)
        {
            var stored = row.Slice(i * samples, samples);
            stored.CopyTo(pixels[(i * step)..]);
            if (transparency is not null)
                pixels[(i * step) + samples] = (byte)(stored.SequenceEqual(key[..samples]) ? 0 : 255);
        }
    }

    void WriteWords(ReadOnlySpan<byte> row, int columns, Span<byte> pixels, int step)
    {
        int samples = header.Samples;
        for (int i = 0; i < columns; i++)
        {
            var pixel = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(pixels[(i * step)..]);
            bool isKey = transparency is not null;
            for (int c = 0; c < samples; c++)
            {
                pixel[c] = BinaryPrimitives.ReadUInt16BigEndian(row[(2 * ((i * samples) + c))..]);
                isKey &= pixel[c] == Key(c);
            }
            if (transparency is not null)
                pixel[samples] = isKey ? ushort.MinValue : ushort.MaxValue;
        }
    }

    int Bits(ReadOnlySpan<byte> row, int i)
    {
        int bit = i * header.Depth;
        return (row[bit >> 3] >> (8 - header.Depth - (bit & 7))) & ((1 << header.Depth) - 1);
    }

    // The transparent colour's samples are two bytes each, whatever the depth.
    int Key(int channel) => header.Colour != PngColour.Palette && transparency is { } key && key.Length > 2 * channel
        ? BinaryPrimitives.ReadUInt16BigEndian(key.Span[(2 * channel)..]) : 0;
}
