using System.Buffers.Binary;

namespace SuTI.Model.Imaging.Jpeg;

/// <summary>
/// What the markers of a JPEG file say (ITU-T T.81, annex B), read before anything is decompressed: sizes and scans are
/// bounded here, and a file that was cut off is known from its missing end.
/// </summary>
sealed class JpegStructure
{
    readonly ReadOnlyMemory<byte> _file;
    readonly string _source;
    readonly ImageLimits _limits;
    readonly List<string> _notes = [];
    int _position = 2, _segments, _scans;
    long _scanBytes, _units;
    byte _process;

    JpegStructure(ReadOnlyMemory<byte> file, string source, ImageLimits limits)
        => (_file, _source, _limits) = (file, source, limits);

    internal int Width { get; private set; }

    internal int Height { get; private set; }

    /// <summary>1 grey, 3 colours, 4 inks.</summary>
    internal int Components { get; private set; }

    /// <summary>1 to 8, as EXIF numbers them.</summary>
    internal int Orientation { get; private set; } = 1;

    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>
    /// Bytes to change before decompression, in fields without a meaning for the pixels, about which the library would
    /// warn and then keep silent on real damage.
    /// </summary>
    internal List<(int Position, byte Value)> Repairs { get; } = [];

    /// <exception cref="ImageException">
    /// The file is truncated, of a kind that is not read, or beyond a limit.
    /// </exception>
    internal static JpegStructure Parse(ReadOnlyMemory<byte> file, string source, ImageLimits limits)
    {
        var structure = new JpegStructure(file, source, limits);
        structure.Walk();
        return structure;
    }

    void Walk()
    {
        for (byte marker = NextMarker(); marker != 0xd9; marker = NextMarker())
        {
            if (++_segments > _limits.Chunks)
                throw new ImageException(_source, "has too many segments", Text($"at most {_limits.Chunks}"));
            // Markers that stand alone: restarts, and one without a meaning.
            if (marker is 0x01 or (>= 0xd0 and <= 0xd7))
                continue;
            int begin = _position + 2;
            var segment = Segment(marker);
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                ReadFrame(marker, segment);
            else if (marker == 0xda)
                ReadScan(segment, begin);
            else if (marker is >= 0xe0 and <= 0xef)
                ReadApplication(marker, segment, begin);
        }
        if (_scans == 0)
            throw new ImageException(_source, "holds no pixels", "a scan", "none");
        // Huffman codes have a bit at least, and every block of samples has a code.
        bool isHuffman = _process <= 0xc2;
        if (isHuffman && _scanBytes * 8 < _units)
            throw new ImageException(_source, "is truncated: the compressed data cannot hold so many pixels",
                Text($"{_units / 8} bytes at least for {Width}x{Height}"), Text($"{_scanBytes}"));
        if (_position < _file.Length)
            _notes.Add(Text($"{_file.Length - _position} bytes after the end of the picture were passed over"));
    }

    byte NextMarker()
    {
        var rest = _file.Span[_position..];
        int skipped = rest.IndexOf((byte)0xff);
        int marker = skipped < 0 ? -1 : rest[skipped..].IndexOfAnyExcept((byte)0xff);
        if (marker < 0)
            throw new ImageException(_source, "is truncated: no marker of the end closes it");
        _position += skipped + marker + 1;
        return rest[skipped + marker];
    }

    ReadOnlySpan<byte> Segment(byte marker)
    {
        var rest = _file.Span[_position..];
        int length = rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2 || length > rest.Length)
            throw new ImageException(_source, Text($"is truncated or damaged in the segment {marker:x2}"),
                Text($"{Math.Max(2, length)} bytes"), Text($"{rest.Length}"));
        _position += length;
        return rest[2..length];
    }

    void ReadFrame(byte process, ReadOnlySpan<byte> frame)
    {
        if (process is 0xc3 or (>= 0xc5 and <= 0xc7) or >= 0xcb)
            throw new ImageException(_source, "lossless, hierarchical and differential JPEG is not read",
                "baseline, extended or progressive", Text($"process {process:x2}"));
        if (Components != 0)
            throw new ImageException(_source, "holds two frames", "one");
        if (frame.Length < 6 || frame.Length < 6 + (3 * frame[5]))
            throw new ImageException(_source, "the frame's header is too short", null, Text($"{frame.Length} bytes"));
        if (frame[0] != 8)
            throw new ImageException(_source, "samples of another depth are not read", "8 bits", Text($"{frame[0]}"));
        if (frame[5] is not (1 or 3 or 4))
            throw new ImageException(_source, "pictures of so many components are not read", "1, 3 or 4",
                Text($"{frame[5]}"));
        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]),
            width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        _limits.CheckSize(_source, width, height);
        (_process, Width, Height, Components) = (process, width, height, frame[5]);
        int across = 1, down = 1;
        for (int c = 0; c < Components; c++)
        {
            int factors = frame[7 + (3 * c)];
            if (factors >> 4 is < 1 or > 4 || (factors & 15) is < 1 or > 4)
                throw new ImageException(_source, "a component's sampling is not possible", "factors from 1 to 4",
                    Text($"{factors:x2}"));
            across = Math.Max(across, factors >> 4);
            down = Math.Max(down, factors & 15);
        }
        // At least one block of each component in every square that the coarsest component covers by one block.
        _units = Squares(width, 8 * across) * Squares(height, 8 * down) * Components;
    }

    void ReadScan(ReadOnlySpan<byte> header, int begin)
    {
        if (Components == 0)
            throw new ImageException(_source, "a scan comes before the frame's header");
        if (++_scans > _limits.Scans)
            throw new ImageException(_source, "has too many scans", Text($"at most {_limits.Scans}"));
        // Sequential scans hold all coefficients; the three bytes that could say otherwise are often wrong.
        if (_process <= 0xc1 && header.Length >= 4)
        {
            for (int i = 0; i < 3; i++)
            {
                byte right = i == 1 ? (byte)63 : (byte)0;
                if (header[^(3 - i)] != right)
                    Repairs.Add((begin + header.Length - 3 + i, right));
            }
        }
        // Compressed data ends at a marker that is neither a restart nor a stuffed byte.
        int from = _position;
        while (true)
        {
            var rest = _file.Span[_position..];
            int next = rest.IndexOf((byte)0xff);
            if (next < 0 || next + 1 == rest.Length)
                throw new ImageException(_source, "is truncated: no marker of the end closes it");
            _position += next;
            if (rest[next + 1] is not (0 or (>= 0xd0 and <= 0xd7)))
                break;
            _position += 2;
        }
        _scanBytes += _position - from;
    }

    void ReadApplication(byte marker, ReadOnlySpan<byte> segment, int begin)
    {
        if (marker == 0xe0 && segment.StartsWith("JFIF\0"u8) && segment.Length > 5 && segment[5] != 1)
            Repairs.Add((begin + 5, 1));
        else if (marker == 0xe1 && Orientation == 1 && segment.StartsWith("Exif\0\0"u8))
        {
            Orientation = ExifOrientation.Read(segment[6..]);
            if (Orientation != 1)
                _notes.Add(ExifOrientation.Note(Orientation));
        }
        else if (marker == 0xe2 && segment.StartsWith("ICC_PROFILE\0"u8) && segment.Length > 12 && segment[12] == 1)
            _notes.Add("a colour profile was passed over");
    }

    static long Squares(int length, int side) => (length + side - 1) / side;

    static string Text(FormattableString text) => FormattableString.Invariant(text);
}
