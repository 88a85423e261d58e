using System.Buffers.Binary;
using System.Numerics;

namespace SuTI.Model.Training;

/// <summary>
/// The framing of TensorFlow's record files: length (u64), its masked CRC-32C (u32), the bytes, their masked CRC-32C,
/// all little-endian. Source: tensorflow.org, TFRecord, "TFRecords format details".
/// </summary>
static class RecordFraming
{
    internal const int HeaderBytes = 12, FooterBytes = 4;

    // Records of a run are far smaller; a larger length is damage.
    const ulong LongestRecord = 256 << 20;

    internal static void Write(Stream stream, ReadOnlySpan<byte> record)
    {
        Span<byte> header = stackalloc byte[HeaderBytes], footer = stackalloc byte[FooterBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedCrc(header[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc(record));
        stream.Write(header);
        stream.Write(record);
        stream.Write(footer);
    }

    /// <summary>The next record; null at the end, and where one is cut off or damaged.</summary>
    internal static byte[]? Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes], footer = stackalloc byte[FooterBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != MaskedCrc(header[..8]) || length > LongestRecord
            || length > (ulong)Math.Max(0, stream.Length - stream.Position - FooterBytes))
            return null;
        byte[] record = new byte[length];
        stream.ReadExactly(record);
        stream.ReadExactly(footer);
        return BinaryPrimitives.ReadUInt32LittleEndian(footer) == MaskedCrc(record) ? record : null;
    }

    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        int at = 0;
        for (; at + 8 <= bytes.Length; at += 8)
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]));
        for (; at < bytes.Length; at++)
            crc = BitOperations.Crc32C(crc, bytes[at]);
        crc = ~crc;
        return unchecked(BitOperations.RotateRight(crc, 15) + 0xa282ead8);
    }
}
