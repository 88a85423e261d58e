using System.Buffers.Binary;
using System.Text;
using static System.FormattableString;

namespace SuTI.Model.Imaging.Png;

/// <summary>Walks over the chunks of a file (5.3); lengths and checks are looked at before the content is.</summary>
sealed class PngChunks(ReadOnlyMemory<byte> file, string source, ImageLimits limits)
{
    int _position = ImageFormat.PngSignature.Length, _count;

    /// <summary>Four letters.</summary>
    internal string Type { get; private set; } = "";

    internal ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>Bytes behind the chunk that was read last.</summary>
    internal int Left => file.Length - _position;

    /// <summary>Whether a reader that does not know the chunk may pass over it.</summary>
    internal bool IsAncillary => char.IsAsciiLetterLower(Type[0]);

    /// <exception cref="ImageException">The file ends, too many chunks, or one that is damaged.</exception>
    internal void Next()
    {
        if (++_count > limits.Chunks)
            throw new ImageException(source, "has too many chunks", Invariant($"at most {limits.Chunks}"));
        if (Left < 12)
            throw new ImageException(source, "is truncated: no chunk IEND closes it", "12 bytes of a chunk or more",
                Invariant($"{Left} after {(Type.Length == 0 ? "the signature" : Type)}"));
        var rest = file[_position..];
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        var name = rest.Span.Slice(4, 4);
        foreach (byte letter in name)
        {
            if (!char.IsAsciiLetter((char)letter))
                throw new ImageException(source, "a chunk's name is made of letters", null,
                    Invariant($"bytes {Convert.ToHexStringLower(name)} at {_position + 4}"));
        }
        Type = Encoding.ASCII.GetString(name);
        if (length > rest.Length - 12)
            throw new ImageException(source, $"is truncated in the chunk {Type}",
                Invariant($"{length} bytes and a check"), Invariant($"{rest.Length - 8}"));
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(rest.Span[(8 + (int)length)..]);
        uint computed = Crc32.Append(0, rest.Span.Slice(4, 4 + (int)length));
        if (stored != computed)
            throw new ImageException(source, $"the chunk {Type} is damaged: its check differs", $"{stored:x8}",
                $"{computed:x8}");
        Data = rest.Slice(8, (int)length);
        _position += 12 + (int)length;
    }
}
