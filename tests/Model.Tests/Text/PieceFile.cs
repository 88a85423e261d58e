using System.Buffers.Binary;
using System.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>Writes SentencePiece models: protobuf by hand, so that each field can be right or wrong.</summary>
sealed class PieceFile
{
    readonly List<byte> _pieces = [], _trainer = [], _normalizer = [];
    int _count;

    /// <summary>Padding, end and unknown, as T5's has them.</summary>
    public static PieceFile New() => new PieceFile().Piece("<pad>", 0, 3).Piece("</s>", 0, 3).Piece("<unk>", 0, 2);

    public PieceFile Piece(string text, float score, int type = 1) => Piece(Encoding.UTF8.GetBytes(text), score, type);

    public PieceFile Piece(byte[] text, float score, int type = 1)
    {
        _count++;
        _pieces.AddRange(Bytes(1, [.. Bytes(1, text), .. Real(2, score), .. Number(3, (ulong)type)]));
        return this;
    }

    public PieceFile Pieces(params (string Text, float Score)[] pieces)
    {
        foreach (var (text, score) in pieces)
            Piece(text, score);
        return this;
    }

    public PieceFile AllBytes()
    {
        for (int value = 0; value < 256; value++)
            Piece($"<0x{value:X2}>", 0, 6);
        return this;
    }

    public PieceFile Trainer(int field, ulong value)
    {
        _trainer.AddRange(Number(field, value));
        return this;
    }

    public PieceFile Normalizer(int field, ulong value)
    {
        _normalizer.AddRange(Number(field, value));
        return this;
    }

    /// <param name="units">The double array.</param>
    public PieceFile Map(uint[] units, string replacements)
    {
        byte[] map = new byte[4 + (4 * units.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(map, 4 * units.Length);
        for (int i = 0; i < units.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(4 + (4 * i)), units[i]);
        return Map([.. map, .. Encoding.UTF8.GetBytes(replacements)]);
    }

    public PieceFile Map(byte[] map)
    {
        _normalizer.AddRange(Bytes(2, map));
        return this;
    }

    public int Count => _count;

    public byte[] ToArray() => [.. _pieces, .. Bytes(2, [.. _trainer]), .. Bytes(3, [.. _normalizer])];

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] Bytes(int field, byte[] value)
        => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    public static byte[] Real(int field, float value)
    {
        byte[] bits = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, value);
        return [.. Varint(((ulong)field << 3) | 5), .. bits];
    }

    static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
