using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SuTI.Model.Training;

/// <summary>Writes the fields of one protobuf message (protobuf.dev, encoding).</summary>
sealed class ProtobufWriter
{
    const uint VarintWire = 0, Fixed64Wire = 1, BytesWire = 2, Fixed32Wire = 5;

    readonly ArrayBufferWriter<byte> _bytes = new();

    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    internal ProtobufWriter Whole(uint field, long value)
    {
        Varint((field << 3) | VarintWire);
        Varint((ulong)value);
        return this;
    }

    internal ProtobufWriter Real64(uint field, double value)
    {
        Varint((field << 3) | Fixed64Wire);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    internal ProtobufWriter Real32(uint field, float value)
    {
        Varint((field << 3) | Fixed32Wire);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    internal ProtobufWriter Text(uint field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    internal ProtobufWriter Message(uint field, ProtobufWriter message) => Bytes(field, message.Written);

    internal ProtobufWriter Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Varint((field << 3) | BytesWire);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    void Varint(ulong value)
    {
        var span = _bytes.GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        _bytes.Advance(count);
    }
}
