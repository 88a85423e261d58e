using System.Buffers.Binary;
using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>The validated header of a safetensors file: 8 bytes of length, JSON, then the tensors' data.</summary>
sealed class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    const int LengthBytes = 8;
    const int MaxDepth = 4;

    SafetensorsHeader(long dataStart, SafetensorsHeaderParser parser)
    {
        DataStart = dataStart;
        ByName = parser.Entries;
        Metadata = parser.Metadata;
        InDataOrder = [.. parser.Entries.Values];
    }

    /// <summary>Offset of the data in the file.</summary>
    public long DataStart { get; }

    public Dictionary<string, SafetensorsEntry> ByName { get; }

    public Dictionary<string, string> Metadata { get; }

    /// <summary>All entries, each beginning where the one before it ends.</summary>
    public SafetensorsEntry[] InDataOrder { get; }

    /// <summary>Reads and checks everything there is to check before data is read.</summary>
    /// <param name="stream">Stands at the start of the file; is read to the end of the header at most.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="file">The name for messages.</param>
    /// <param name="window">Bytes of the header to look at first; tests make tokens straddle its edge.</param>
    /// <exception cref="SafetensorsException">The file breaks a rule.</exception>
    public static SafetensorsHeader Read(
        Stream stream, long fileLength, string file, int window = JsonTokens.FirstWindow)
    {
        try
        {
            long headerLength = ReadHeaderLength(stream, fileLength, file);
            long dataStart = LengthBytes + headerLength;
            long dataLength = fileLength - dataStart;
            var header = new SafetensorsHeader(
                dataStart, ParseJson(stream, headerLength, new SafetensorsHeaderParser(file, dataLength), window));
            SafetensorsLayout.Check(header.InDataOrder, dataLength, file);
            return header;
        }
        catch (EndOfStreamException e)
        {
            throw new SafetensorsException(file, SafetensorsRule.HeaderBeyondFile,
                "the header must lie within the file", found: "a file that shrank while it was read", inner: e);
        }
    }

    static long ReadHeaderLength(Stream stream, long fileLength, string file)
    {
        if (fileLength < LengthBytes)
        {
            throw new SafetensorsException(file, SafetensorsRule.FileTooShort,
                "a file must hold the length of its header", $"at least {LengthBytes} bytes", $"{fileLength}");
        }
        Span<byte> bytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(bytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > SafetensorsLimits.HeaderBytes)
        {
            throw new SafetensorsException(file, SafetensorsRule.HeaderTooLong,
                "the header must keep to its limit", $"at most {SafetensorsLimits.HeaderBytes} bytes", $"{length}");
        }
        if ((long)length > fileLength - LengthBytes)
        {
            throw new SafetensorsException(file, SafetensorsRule.HeaderBeyondFile,
                "the header must lie within the file", $"at most {fileLength - LengthBytes} bytes", $"{length}");
        }
        if (length == 0)
            throw NotAnObject(file, "an empty header");
        return (long)length;
    }

    static SafetensorsHeaderParser ParseJson(Stream stream, long length, SafetensorsHeaderParser parser, int window)
    {
        var tokens = new JsonTokens(stream, length, MaxDepth, SafetensorsLimits.MetadataBytes, window);
        try
        {
            if (tokens.FirstByte != (byte)'{')
                throw NotAnObject(parser.File, $"byte 0x{tokens.FirstByte:x2}");
            parser.Parse(ref tokens);
            return parser;
        }
        catch (JsonException e)
        {
            throw new SafetensorsException(parser.File,
                tokens.IsOverlong ? SafetensorsRule.StringTooLong : SafetensorsRule.HeaderNotJson,
                "the header must be one JSON object",
                found: CheckpointException.Printable(e.Message.TrimEnd('.')), inner: e);
        }
    }

    static SafetensorsException NotAnObject(string file, string found) =>
        new(file, SafetensorsRule.HeaderStart, "the header must start with a brace", "'{'", found);
}
