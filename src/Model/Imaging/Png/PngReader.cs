using System.IO.Compression;
using static System.FormattableString;

namespace SuTI.Model.Imaging.Png;

/// <summary>Reads PNG files of every colour type, depth and interlacing (W3C, PNG third edition).</summary>
/// <remarks>
/// Gamma, colour profiles and suggested backgrounds are passed over: pixels are the samples in the file. Transparency
/// that the file declares becomes an alpha channel.
/// </remarks>
sealed class PngReader
{
    // Deflate codes at most 258 bytes in 2 bits; a little is left for its headers.
    const long LargestRatio = 1032;

    readonly string _source;
    readonly ImageLimits _limits;
    readonly List<string> _notes = [];
    readonly List<ReadOnlyMemory<byte>> _data = [];
    readonly PngTexts _texts;
    PngHeader _header;
    ReadOnlyMemory<byte>? _palette, _transparency;
    int _orientation = 1;

    PngReader(string source, ImageLimits limits)
    {
        _source = source;
        _limits = limits;
        _texts = new(source, limits);
    }

    /// <exception cref="ImageException">
    /// The file breaks a rule of the format, is truncated, or is beyond a limit.
    /// </exception>
    internal static Image Read(ReadOnlyMemory<byte> file, string source, ImageLimits limits)
    {
        var reader = new PngReader(source, limits);
        reader.ReadChunks(file);
        return Orientation.Apply(reader.Decompress(), reader._orientation);
    }

    void ReadChunks(ReadOnlyMemory<byte> file)
    {
        var chunks = new PngChunks(file, _source, _limits);
        chunks.Next();
        if (chunks.Type == "CgBI")
            throw new ImageException(_source, "is not PNG but the variant that Apple's tools make for devices", "PNG");
        if (chunks.Type != "IHDR")
            throw Misplaced("the first chunk is another", "IHDR", chunks.Type);
        _header = PngHeader.Parse(chunks.Data.Span, _source, _limits);
        string previous = chunks.Type;
        for (chunks.Next(); chunks.Type != "IEND"; previous = chunks.Type, chunks.Next())
            Take(chunks, previous);
        if (_data.Count == 0)
            throw new ImageException(_source, "holds no pixels", "a chunk IDAT", "none");
        if (_header.Colour == PngColour.Palette && _palette is null)
            throw new ImageException(_source, "holds indices but no palette", "a chunk PLTE", "none");
        if (chunks.Left > 0)
            _notes.Add(Invariant($"{chunks.Left} bytes after the end of the picture were passed over"));
    }

    void Take(PngChunks chunks, string previous)
    {
        switch (chunks.Type)
        {
            case "IHDR":
                throw Misplaced("there is a second header", "one IHDR", "two");
            case "PLTE":
                TakePalette(chunks.Data);
                break;
            case "tRNS":
                TakeTransparency(chunks.Data);
                break;
            case "IDAT":
                if (_data.Count > 0 && previous != "IDAT")
                    throw Misplaced("the chunks IDAT do not follow each other", "IDAT after IDAT",
                        $"IDAT after {previous}");
                _data.Add(chunks.Data);
                break;
            case "eXIf":
                _orientation = ExifOrientation.Read(chunks.Data.Span);
                if (_orientation != 1)
                    _notes.Add(ExifOrientation.Note(_orientation));
                break;
            case "iCCP":
                _notes.Add("a colour profile was passed over");
                break;
            case "acTL":
                _notes.Add("an animation's other pictures were passed over");
                break;
            default:
                if (PngTexts.Is(chunks.Type))
                    _texts.Add(chunks.Type, chunks.Data);
                else if (!chunks.IsAncillary)
                    throw new ImageException(_source, "a chunk that must be understood is not known",
                        "IHDR, PLTE, IDAT, IEND", chunks.Type);
                break;
        }
    }

    void TakePalette(ReadOnlyMemory<byte> palette)
    {
        if (_palette is not null)
            throw Misplaced("there is a second palette", "one PLTE", "two");
        if (_data.Count > 0 || _transparency is not null)
            throw Misplaced("the palette comes too late", "PLTE before tRNS and IDAT", "PLTE after one of them");
        if (_header.Colour is PngColour.Grey or PngColour.GreyAlpha)
            throw Misplaced("a grey picture has no palette", "no PLTE", "PLTE");
        int most = _header.Colour == PngColour.Palette ? 1 << _header.Depth : 256;
        if (palette.Length % 3 != 0 || palette.Length == 0 || palette.Length > 3 * most)
            throw new ImageException(_source, "the palette has another size",
                Invariant($"three bytes each for 1 to {most} colours"),
                Invariant($"{palette.Length} bytes"));
        _palette = palette;
    }

    void TakeTransparency(ReadOnlyMemory<byte> transparency)
    {
        if (_transparency is not null)
            throw Misplaced("there is a second transparency", "one tRNS", "two");
        if (_data.Count > 0)
            throw Misplaced("the transparency comes too late", "tRNS before IDAT", "tRNS after it");
        if (_header.Colour == PngColour.Palette && _palette is null)
            throw Misplaced("the transparency comes too early", "tRNS after PLTE", "tRNS before it");
        if (_header.Colour is PngColour.GreyAlpha or PngColour.Rgba)
        {
            _notes.Add("a transparent colour beside an alpha channel was passed over");
            return;
        }
        int length = _header.Colour switch
        {
            PngColour.Grey => 2,
            PngColour.Rgb => 6,
            _ => Math.Min(transparency.Length, _palette!.Value.Length / 3),
        };
        if (transparency.Length != length)
            throw new ImageException(_source, "the transparency has another size",
                Invariant($"{(_header.Colour == PngColour.Palette ? "at most " : "")}{length} bytes"),
                Invariant($"{transparency.Length}"));
        _transparency = transparency;
    }

    Image Decompress()
    {
        long compressed = _data.Sum(chunk => (long)chunk.Length);
        if (_header.DataBytes > compressed * LargestRatio)
            throw new ImageException(_source, "is truncated: the compressed data cannot hold so many pixels",
                Invariant($"{_header.DataBytes / LargestRatio} bytes at least for {_header.Width}x{_header.Height}"),
                Invariant($"{compressed}"));
        var pixels = new PngPixels(_header, _palette ?? default, _transparency, _source);
        try
        {
            using var data = new ZLibStream(new PngDataStream(_data), CompressionMode.Decompress);
            var image = new Image(_header.Width, _header.Height, pixels.Channels, pixels.Depth)
            {
                Notes = _notes,
                Texts = _texts.Read,
            };
            foreach (var pass in _header.Passes())
                ReadPass(data, pass, pixels, image);
            // Reading on to the end has the framework compare the check over all data.
            if (data.ReadByte() >= 0)
                _notes.Add("compressed data after the last row was passed over");
            return image;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException and not EndOfStreamException)
        {
            throw new ImageException(_source, "the compressed data is damaged", null, failure.Message.TrimEnd('.'),
                failure);
        }
    }

    void ReadPass(ZLibStream data, PngPass pass, PngPixels pixels, Image image)
    {
        byte[] row = new byte[1 + pass.RowBytes], above = new byte[1 + pass.RowBytes];
        for (int j = 0; j < pass.Rows; j++)
        {
            int count = data.ReadAtLeast(row, row.Length, throwOnEndOfStream: false);
            if (count < row.Length)
                throw new ImageException(_source, "is truncated: the compressed data ends early",
                    Invariant($"{pass.Rows} rows"), Invariant($"{j}"));
            if (row[0] >= PngFilter.Count)
                throw new ImageException(_source, "a row's filter is not known", "0 to 4",
                    Invariant($"{row[0]}"));
            PngFilter.Restore(row[0], row.AsSpan(1), above.AsSpan(1), _header.FilterBytes);
            pixels.Write(row.AsSpan(1), pass, j, image);
            (row, above) = (above, row);
        }
    }

    ImageException Misplaced(string rule, string expected, string found) => new(_source, rule, expected, found);
}
