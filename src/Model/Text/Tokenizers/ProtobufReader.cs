using System.Buffers.Binary;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Reads the fields of one protobuf message (protobuf.dev, encoding), without copying.</summary>
/// <param name="message">The bytes of the message.</param>
/// <param name="source">File and message, for errors.</param>
/// <param name="offset">Where in the file the message begins.</param>
ref struct ProtobufReader(ReadOnlySpan<byte> message, string source, int offset = 0)
{
    const int VarintWire = 0, Fixed64Wire = 1, BytesWire = 2, Fixed32Wire = 5, MostVarintBytes = 10;

    readonly ReadOnlySpan<byte> _message = message;
    int _at = 0, _wire = 0;

    /// <summary>The number of the field that was reached.</summary>
    public int Field { get; private set; }

    /// <summary>Where in the file the reader stands.</summary>
    public readonly int Position => offset + _at;

    /// <summary>Goes to the next field; its value must be read or skipped. False at the end.</summary>
    public bool Next()
    {
        if (_at == _message.Length)
            return false;
        ulong tag = ReadVarint();
        if (tag >> 3 is 0 or > int.MaxValue >> 2)
            throw Broken("a field number is out of range", "1 to 536870911", TokenizerFile.Invariant($"{tag >> 3}"));
        Field = (int)(tag >> 3);
        _wire = (int)(tag & 7);
        return true;
    }

    /// <summary>A whole number; enumerations and flags are such.</summary>
    public long Whole()
    {
        Expect(VarintWire);
        return (long)ReadVarint();
    }

    public bool Flag() => Whole() != 0;

    public float Real()
    {
        Expect(Fixed32Wire);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>Bytes, a text or a message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(BytesWire);
        return Take(ReadVarint());
    }

    public void Skip()
    {
        switch (_wire)
        {
            case VarintWire:
                ReadVarint();
                break;
            case Fixed64Wire:
                Take(8);
                break;
            case BytesWire:
                Take(ReadVarint());
                break;
            case Fixed32Wire:
                Take(4);
                break;
            default:
                throw Broken("a field has a type that is not in use", "0, 1, 2 or 5", TokenizerFile.Invariant($"{_wire}"));
        }
    }

    /// <summary>An error at this place of the file.</summary>
    public readonly SutiException Broken(string rule, string? expected, string? found)
        => new(TokenizerFile.Invariant($"{TokenizerFile.Printable(source)}, byte {Position}"), rule, expected, found);

    void Expect(int wire)
    {
        if (_wire != wire)
            throw Broken(TokenizerFile.Invariant($"field {Field} has the wrong type"),
                TokenizerFile.Invariant($"wire type {wire}"), TokenizerFile.Invariant($"{_wire}"));
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _at))
            throw Broken("a value ends behind its message", TokenizerFile.Invariant($"at most {_message.Length - _at} bytes"),
                TokenizerFile.Invariant($"{count}"));
        var taken = _message.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < MostVarintBytes; i++)
        {
            byte next = Take(1)[0];
            if (i == MostVarintBytes - 1 && next > 1)
                break;
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
                return value;
        }
        throw Broken("a number has more than 64 bits", null, null);
    }
}
