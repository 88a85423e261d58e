using System.Text;
using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>Turns the header's tokens into entries and metadata; checks all that one entry alone can break.</summary>
sealed class SafetensorsHeaderParser(string file, long dataLength)
{
    int _metadataBytes;

    public string File => file;

    public Dictionary<string, SafetensorsEntry> Entries { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public void Parse(ref JsonTokens tokens)
    {
        bool hasMetadata = false;
        tokens.Read();
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
        {
            int nameBytes = tokens.Raw.Length;
            if (nameBytes > SafetensorsLimits.NameBytes)
            {
                throw Broken(SafetensorsRule.NameTooLong, "tensor names must keep to their limit",
                    $"at most {SafetensorsLimits.NameBytes} bytes", $"{nameBytes}");
            }
            string name = Text(ref tokens);
            tokens.Read();
            if (name == SafetensorsHeader.MetadataKey)
            {
                if (hasMetadata)
                    throw Duplicate(name);
                hasMetadata = true;
                ParseMetadata(ref tokens);
            }
            else
            {
                ParseEntry(ref tokens, name);
            }
        }
        // The tokenizer itself refuses what may follow the closing brace, once it is asked to look.
        tokens.Read();
    }

    void ParseMetadata(ref JsonTokens tokens)
    {
        if (tokens.Type is not JsonTokenType.StartObject)
            throw NotStrings(ref tokens);
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
        {
            Charge(tokens.Raw.Length);
            string key = Text(ref tokens);
            tokens.Read();
            if (tokens.Type is not JsonTokenType.String)
                throw NotStrings(ref tokens);
            Charge(tokens.Raw.Length);
            if (!Metadata.TryAdd(key, Text(ref tokens)))
                throw Duplicate(key);
            if (Metadata.Count > SafetensorsLimits.MetadataKeys)
            {
                throw Broken(SafetensorsRule.MetadataTooLong, "metadata must keep to its limit",
                    $"at most {SafetensorsLimits.MetadataKeys} keys", "more");
            }
        }
    }

    void ParseEntry(ref JsonTokens tokens, string name)
    {
        // Before the entry is looked into: a name repeated a million times must not cost a million entries.
        if (Entries.ContainsKey(name))
            throw Duplicate(name);
        if (Entries.Count == SafetensorsLimits.Tensors)
        {
            throw Broken(SafetensorsRule.TooManyTensors, "the number of tensors must keep to its limit",
                $"at most {SafetensorsLimits.Tensors}", "more");
        }
        if (tokens.Type is not JsonTokenType.StartObject)
        {
            throw Broken(SafetensorsRule.EntryNotObject, "the entry must be a JSON object",
                "{\"dtype\": …, \"shape\": …, \"data_offsets\": …}", Kind(tokens.Type), name);
        }
        var fields = new SafetensorsEntryFields(file, name);
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
            fields.ParseField(ref tokens);
        Entries.Add(name, fields.ToEntry(dataLength));
    }

    void Charge(int bytes)
    {
        _metadataBytes += bytes;
        if (_metadataBytes > SafetensorsLimits.MetadataBytes)
        {
            throw Broken(SafetensorsRule.MetadataTooLong, "metadata must keep to its limit",
                $"at most {SafetensorsLimits.MetadataBytes} bytes", $"at least {_metadataBytes}");
        }
    }

    string Text(ref JsonTokens tokens) => tokens.Text()
        ?? throw Broken(SafetensorsRule.HeaderNotUnicode, "every string of the header must be valid Unicode",
            found: CheckpointException.Printable(
                Encoding.Latin1.GetString(tokens.Raw[..Math.Min(tokens.Raw.Length, 80)])));

    SafetensorsException NotStrings(ref JsonTokens tokens) => Broken(SafetensorsRule.MetadataNotStrings,
        $"{SafetensorsHeader.MetadataKey} must map strings to strings", found: Kind(tokens.Type));

    SafetensorsException Duplicate(string key) => Broken(
        SafetensorsRule.DuplicateKey, "no key may occur twice", found: $"'{CheckpointException.Printable(key)}'");

    SafetensorsException Broken(
        SafetensorsRule rule, string text, string? expected = null, string? found = null, string? tensor = null) =>
        new(file, rule, text, expected, found, tensor);

    internal static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
