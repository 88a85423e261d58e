using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SuTI.Engine.IO;

/// <summary>A stored entry of a zip archive: where its bytes lie in the file.</summary>
sealed record ZipEntry(string Name, long Position, long Bytes);

/// <summary>
/// The directory of a zip archive whose entries are stored as they are. Anything that two readers could understand
/// differently is refused: other methods, bytes before or behind the archive, entries that overlap or share a name,
/// local headers that say something else than the directory.
/// </summary>
/// <remarks>Format: PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16, and 4.5.3 for files of 4 GiB and more.</remarks>
sealed class ZipDirectory
{
    const int MaxEntries = 1 << 18;
    const int MaxDirectoryBytes = 64 << 20;
    const int MaxName = 1024;
    const int EndBytes = 22, End64LocatorBytes = 20, End64Bytes = 56, HeaderBytes = 46, LocalBytes = 30;
    const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, End64LocatorMark = 0x07064b50, HeaderMark = 0x02014b50,
        LocalMark = 0x04034b50;

    readonly SafeFileHandle _file;
    readonly string _path;
    readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    ZipDirectory(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
    }

    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <exception cref="CheckpointException">No zip archive, or one that breaks a rule of this reader.</exception>
    public static ZipDirectory Read(SafeFileHandle file, string path)
    {
        var directory = new ZipDirectory(file, path);
        directory.Read();
        return directory;
    }

    void Read()
    {
        var (count, start, bytes) = FindEnd(RandomAccess.GetLength(_file));
        if (count > MaxEntries || bytes > MaxDirectoryBytes || bytes < count * HeaderBytes)
            throw Broken("the archive's directory must keep to its limits",
                $"at most {MaxEntries} entries in {MaxDirectoryBytes} bytes", $"{count} in {bytes}");
        byte[] directory = Bytes(start, (int)bytes);
        int at = 0;
        var spans = new List<(long Begin, long End, string Name)>((int)count);
        for (long i = 0; i < count; i++)
        {
            if (directory.Length - at < HeaderBytes)
                throw Broken("the archive's directory must hold its entries", $"{count}", $"{i}");
            at += Entry(directory.AsSpan(at), start, spans);
        }
        if (at != directory.Length)
            throw Broken("the archive's directory must end behind its entries", $"{at} bytes", $"{directory.Length}");
        spans.Sort();
        for (int i = 1; i < spans.Count; i++)
        {
            if (spans[i].Begin < spans[i - 1].End)
                throw Broken("entries of an archive must not overlap", null,
                    CheckpointException.Printable($"'{spans[i - 1].Name}' and '{spans[i].Name}'"));
        }
    }

    (long Count, long Start, long Bytes) FindEnd(long length)
    {
        int tail = (int)Math.Min(length, EndBytes + ushort.MaxValue);
        byte[] bytes = Bytes(length - tail, tail);
        for (int at = tail - EndBytes; at >= 0; at--)
        {
            var end = bytes.AsSpan(at);
            if (U32(end, 0) != EndMark || at + EndBytes + U16(end, 20) != tail)
                continue;
            long position = length - tail + at;
            if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != U16(end, 10))
                throw Broken("an archive must be in one part", null, "several");
            (long count, long bytesOfDirectory, long start) = (U16(end, 10), U32(end, 12), U32(end, 16));
            if (count == ushort.MaxValue || bytesOfDirectory == uint.MaxValue || start == uint.MaxValue)
                return FindEnd64(position);
            // Archives under 4 GiB may carry the larger record as well; it must then say the same.
            if (start + bytesOfDirectory != position)
            {
                var large = FindEnd64(position);
                if (large != (count, start, bytesOfDirectory))
                    throw Broken("the two ends of an archive must agree", $"{(count, start, bytesOfDirectory)}",
                        $"{large}");
            }
            return (count, start, bytesOfDirectory);
        }
        throw Broken("a zip archive must have its end record", null, "none: the file is cut short or no archive");
    }

    (long Count, long Start, long Bytes) FindEnd64(long end)
    {
        if (end < End64LocatorBytes + End64Bytes)
            throw Broken("a large archive must have its end record", null, "none");
        byte[] locator = Bytes(end - End64LocatorBytes, End64LocatorBytes);
        long at = I64(locator, 8);
        if (U32(locator, 0) != End64LocatorMark || U32(locator, 4) != 0 || U32(locator, 16) > 1 || at < 0
            || at > end - End64LocatorBytes - End64Bytes)
            throw Broken("a large archive must say where its end record lies", null, "no such place");
        byte[] record = Bytes(at, End64Bytes);
        long size = I64(record, 4), count = I64(record, 32), bytes = I64(record, 40), start = I64(record, 48);
        if (U32(record, 0) != End64Mark || size != end - End64LocatorBytes - at - 12 || count < 0 || bytes < 0
            || start < 0 || I64(record, 24) != count || U32(record, 16) != 0 || U32(record, 20) != 0
            || start > at || bytes != at - start)
            throw Broken("the end record of a large archive must fit the file", null, "other positions");
        return (count, start, bytes);
    }

    int Entry(ReadOnlySpan<byte> header, long directoryStart, List<(long, long, string)> spans)
    {
        int nameBytes = U16(header, 28), extraBytes = U16(header, 30), commentBytes = U16(header, 32);
        int length = HeaderBytes + nameBytes + extraBytes + commentBytes;
        if (U32(header, 0) != HeaderMark || length > header.Length || nameBytes > MaxName)
            throw Broken("the archive's directory must consist of entries", null, "something else");
        string name = Encoding.UTF8.GetString(header.Slice(HeaderBytes, nameBytes));
        int flags = U16(header, 8), method = U16(header, 10);
        if (method != 0 || (flags & 1) != 0)
            throw Broken("entries must be stored as they are: extract the archive, or save the weights again",
                "method 0", $"'{CheckpointException.Printable(name)}' "
                    + (method == 0 ? "encrypted" : $"compressed by method {method}"));
        long packed = U32(header, 20), size = U32(header, 24), at = U32(header, 42);
        if (packed == uint.MaxValue || size == uint.MaxValue || at == uint.MaxValue)
            ReadLarge(header.Slice(HeaderBytes + nameBytes, extraBytes), name, ref size, ref packed, ref at);
        if (packed != size || size < 0 || at < 0 || at > directoryStart - LocalBytes)
            throw Misplaced(name);
        byte[] local = Bytes(at, LocalBytes);
        int localName = U16(local, 26), localExtra = U16(local, 28);
        long begin = at + LocalBytes + localName + localExtra;
        if (U32(local, 0) != LocalMark || U16(local, 8) != 0 || localName != nameBytes || begin > directoryStart
            || size > directoryStart - begin
            || !Bytes(at + LocalBytes, localName).AsSpan().SequenceEqual(header.Slice(HeaderBytes, nameBytes)))
            throw Misplaced(name);
        long localSize = U32(local, 22);
        if ((U16(local, 6) & 8) == 0 && localSize != uint.MaxValue && localSize != size)
            throw Misplaced(name);
        if (!_entries.TryAdd(name, new(name, begin, size)))
            throw Broken("names in an archive must differ", null, $"'{CheckpointException.Printable(name)}' twice");
        spans.Add((at, begin + size, name));
        return length;
    }

    // Extra field 1 holds those of size, packed size and position that do not fit 32 bits, in this order.
    void ReadLarge(ReadOnlySpan<byte> extra, string name, ref long size, ref long packed, ref long at)
    {
        while (extra.Length >= 4)
        {
            int bytes = U16(extra, 2);
            if (bytes > extra.Length - 4)
                throw Misplaced(name);
            var field = extra.Slice(4, bytes);
            if (U16(extra, 0) == 1)
            {
                Take(ref size, ref field);
                Take(ref packed, ref field);
                Take(ref at, ref field);
                return;
            }
            extra = extra[(4 + bytes)..];
        }
        throw Misplaced(name);

        void Take(ref long value, ref ReadOnlySpan<byte> field)
        {
            if (value != uint.MaxValue)
                return;
            if (field.Length < 8)
                throw Misplaced(name);
            value = I64(field, 0);
            field = field[8..];
        }
    }

    byte[] Bytes(long position, int count)
    {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count)
        {
            int read = RandomAccess.Read(_file, bytes.AsSpan(filled), position + filled);
            if (read == 0)
                throw Broken("the archive must not end early", $"{count} bytes at {position}", $"{filled}");
            filled += read;
        }
        return bytes;
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    CheckpointException Misplaced(string name) => Broken("an entry must lie where and as the directory says", null,
        $"another place or size of '{CheckpointException.Printable(name)}'");

    CheckpointException Broken(string rule, string? expected = null, string? found = null)
        => new(_path, rule, expected, found);
}
