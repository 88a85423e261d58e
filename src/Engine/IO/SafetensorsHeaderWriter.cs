using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>Lays tensors out and renders the header for them.</summary>
sealed class SafetensorsHeaderWriter
{
    const int LengthBytes = 8;
    const int Alignment = 8;

    readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <exception cref="SafetensorsException">A reader would refuse the file.</exception>
    public SafetensorsHeaderWriter(
        string path, IEnumerable<SafetensorsTensor> tensors, SafetensorsWriteOptions options)
    {
        Tensors = [.. tensors
            .OrderByDescending(static tensor => tensor.Type.ElementBytes())
            .ThenBy(static tensor => tensor.Name, StringComparer.Ordinal)];
        RecordsDigests = options.RecordDigests;
        foreach ((string key, string value) in options.Metadata)
        {
            if (key.StartsWith(SafetensorsDigest.KeyPrefix, StringComparison.Ordinal))
            {
                throw new CheckpointException(path, "digests must be recorded by the writer itself",
                    found: $"metadata key '{CheckpointException.Printable(key)}'");
            }
            RefuseLoneSurrogates(path, key);
            RefuseLoneSurrogates(path, value);
            _metadata.Add(key, value);
        }
        foreach (SafetensorsTensor tensor in Tensors)
        {
            RefuseLoneSurrogates(path, tensor.Name);
            if (tensor.Name == SafetensorsHeader.MetadataKey)
            {
                throw new SafetensorsException(path, SafetensorsRule.DuplicateKey,
                    "no tensor may have the name of the metadata", found: tensor.Name);
            }
            if (RecordsDigests)
                _metadata[SafetensorsDigest.KeyPrefix + tensor.Name] = new string('0', 64);
        }
        RefuseWhatReadersRefuse(path);
    }

    /// <summary>In the order of their data.</summary>
    public SafetensorsTensor[] Tensors { get; }

    public bool RecordsDigests { get; }

    public void SetDigest(SafetensorsTensor tensor, byte[] digest) =>
        _metadata[SafetensorsDigest.KeyPrefix + tensor.Name] = Convert.ToHexStringLower(digest);

    /// <summary>The length, the JSON and its padding.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Advance(buffer.GetSpan(LengthBytes)[..LengthBytes].Length);
        // A header is no web page: letters beyond ASCII are written as they are, as the reference writer does.
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteJson(json);
        int padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - LengthBytes);
        return bytes;
    }

    void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (_metadata.Count > 0)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string value) in _metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        long offset = 0;
        foreach (SafetensorsTensor tensor in Tensors)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype"u8, tensor.Type.FormatName());
            json.WriteStartArray("shape"u8);
            foreach (long dimension in tensor.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets"u8);
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += tensor.ByteCount);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // The reader is the one place where the rules stand: what it accepts may be written, before a byte is.
    void RefuseWhatReadersRefuse(string path)
    {
        byte[] bytes = ToBytes();
        Int128 length = bytes.Length;
        foreach (SafetensorsTensor tensor in Tensors)
            length += tensor.ByteCount;
        if (length > long.MaxValue)
        {
            throw new SafetensorsException(path, SafetensorsRule.SizeOverflow,
                "the file must be countable in 63 bits of bytes", found: $"{length}");
        }
        SafetensorsHeader.Read(new MemoryStream(bytes), (long)length, path);
    }

    static void RefuseLoneSurrogates(string path, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                throw new SafetensorsException(path, SafetensorsRule.HeaderNotUnicode,
                    "every string of the header must be valid Unicode", found: CheckpointException.Printable(text));
            }
            i++;
        }
    }
}
