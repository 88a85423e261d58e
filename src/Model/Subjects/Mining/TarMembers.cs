using System.Text;

namespace SuTI.Model.Subjects.Mining;

/// <summary>A member of a tar archive.</summary>
/// <param name="Name">As the archive has it.</param>
/// <param name="Type">'0' or 0 for a plain file.</param>
/// <param name="Start">Where its bytes begin.</param>
/// <param name="Length">How many.</param>
readonly record struct TarMember(string Name, char Type, long Start, long Length)
{
    internal bool IsFile => Type is '0' or '\0' or '7';
}

/// <summary>
/// The table of contents of a tar archive (POSIX.1-1988 ustar, with the long names of GNU and of pax) that need not be trusted:
/// nothing is written, names are no paths, and what is allocated does not depend on what the archive says.
/// </summary>
static class TarMembers
{
    const int Block = 512, LongestName = 4096, LargestExtension = 64 << 10;

    /// <exception cref="InvalidDataException">The archive ends too soon, without the empty block that ends one, or is none.</exception>
    internal static IEnumerable<TarMember> Read(Stream file)
    {
        byte[] header = new byte[Block];
        string? longName = null;
        long? longSize = null;
        for (long position = 0; position < file.Length;)
        {
            Fill(file, position, header);
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
                yield break;
            CheckSum(header);
            char type = (char)header[156];
            long size = Number(header.AsSpan(124, 12)), start = position + Block;
            // Sizes of extensions are their own; a pax size is the next member's.
            if (type is not ('x' or 'g' or 'L' or 'K') && longSize is { } given)
                size = given;
            if (size < 0 || size > file.Length - start)
                throw new InvalidDataException("a member reaches beyond the archive's end");
            switch (type)
            {
                case 'L':
                    longName = Text(Extension(file, start, size, LongestName));
                    break;
                case 'x':
                    (string? name, long? length) = Pax(Extension(file, start, size, LargestExtension));
                    (longName, longSize) = (name ?? longName, length);
                    break;
                case 'g' or 'K':
                    break;
                default:
                    yield return new(longName ?? Name(header), type, start, size);
                    (longName, longSize) = (null, null);
                    break;
            }
            position = start + ((size + Block - 1) / Block * Block);
        }
        throw new InvalidDataException("the archive has no end");
    }

    static void Fill(Stream file, long position, byte[] bytes)
    {
        file.Position = position;
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("the archive ends within a member");
    }

    static byte[] Extension(Stream file, long start, long size, int largest)
    {
        if (size > largest)
            throw new InvalidDataException("a name is too long");
        byte[] bytes = new byte[size];
        Fill(file, start, bytes);
        return bytes;
    }

    // Unsigned, over the header with its own field as spaces.
    static void CheckSum(ReadOnlySpan<byte> header)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : header[i];
        if (Number(header.Slice(148, 8)) != sum)
            throw new InvalidDataException("a header's sum is wrong");
    }

    static long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        // GNU: a set first bit means a number in base 256.
        if ((field[0] & 0x80) != 0)
        {
            if (field[0] != 0x80)
                return -1;
            foreach (byte digit in field[1..])
            {
                if (value > long.MaxValue >> 8)
                    return -1;
                value = (value << 8) | digit;
            }
            return value;
        }
        foreach (byte digit in field.Trim((byte)' ').TrimEnd((byte)0).Trim((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
                return -1;
            value = (value << 3) | (uint)(digit - '0');
        }
        return value;
    }

    static string Name(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool hasPrefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) && header[345] != 0;
        return hasPrefix ? $"{Text(header.Slice(345, 155))}/{name}" : name;
    }

    static string Text(ReadOnlySpan<byte> bytes)
        => Encoding.UTF8.GetString(bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes);

    // Records of the form "length key=value\n".
    static (string? Name, long? Size) Pax(ReadOnlySpan<byte> records)
    {
        string? name = null;
        long? size = null;
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], out int length) || length <= space + 1 || length > records.Length)
                throw new InvalidDataException("an extended header is broken");
            var record = records[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
                name = Text(record[5..]) is { Length: <= LongestName } path ? path : throw new InvalidDataException("a name is too long");
            else if (record.StartsWith("size="u8))
                size = long.TryParse(record[5..], out long value) ? value : throw new InvalidDataException("an extended header is broken");
            records = records[length..];
        }
        return (name, size);
    }
}
