using System.Globalization;
using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Files of a tokenizer, read whole and bounded; whatever is wrong with one is a SutiException.</summary>
static class TokenizerFile
{
    /// <summary>The published ones take up to 5 MB.</summary>
    public const int LargestFile = 64 << 20;

    const int DeepestNesting = 32;

    public static byte[] Read(string file, int largest = LargestFile)
    {
        try
        {
            if (!File.Exists(file))
                throw new SutiException(Printable(file), "a file of the tokenizer is missing", "a file", "none");
            using var stream = File.OpenRead(file);
            if (stream.CanSeek && stream.Length > largest)
                throw TooLarge(file, largest, Invariant($"{stream.Length}"));
            // What is no plain file may hold more than it says.
            using var content = new MemoryStream(stream.CanSeek ? (int)stream.Length : 0);
            byte[] block = new byte[1 << 16];
            for (int count; (count = stream.Read(block)) > 0;)
            {
                content.Write(block, 0, count);
                if (content.Length > largest)
                    throw TooLarge(file, largest, "more");
            }
            return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(Printable(file), "cannot be read", null, failure.Message, failure);
        }
    }

    /// <summary>Reads a JSON object while its document is open.</summary>
    public static T ReadObject<T>(string file, Func<JsonElement, T> read)
    {
        byte[] utf8 = Read(file);
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions
            {
                MaxDepth = DeepestNesting,
                AllowDuplicateProperties = false,
            });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Misfit(file, "an object", document.RootElement);
            return read(document.RootElement);
        }
        catch (JsonException failure)
        {
            throw new SutiException(Printable(file), "is not valid JSON",
                Invariant($"JSON of at most {DeepestNesting} levels, each key once"), Printable(failure.Message), failure);
        }
        catch (InvalidOperationException failure)
        {
            // The reader leaves strings as they are until they are asked for.
            throw new SutiException(Printable(file), "holds a string that is not Unicode", null, Printable(failure.Message),
                failure);
        }
    }

    /// <summary>A vocabulary as an object: tokens to ids.</summary>
    public static TokenTable Vocabulary(string source, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Misfit(source, "an object of tokens and ids", json);
        var table = new TokenTable(source, json.GetPropertyCount());
        foreach (var entry in json.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt64(out long id))
                throw Misfit($"{source}, token '{Printable(entry.Name)}'", "a whole number", entry.Value);
            table.Add(entry.Name, id);
        }
        return table;
    }

    public static string Text(string where, JsonElement value)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Misfit(where, "a text", value);

    public static bool Flag(string where, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Misfit(where, "true or false", value),
    };

    public static long Whole(string where, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number
            : throw Misfit(where, "a whole number", value);

    public static JsonElement.ArrayEnumerator List(string where, JsonElement value)
        => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Misfit(where, "a list", value);

    public static SutiException Misfit(string where, string expected, JsonElement value)
        => new(Printable(where), "the value is of the wrong kind", expected, value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => Printable(value.GetRawText()),
        });

    static SutiException TooLarge(string file, int largest, string found)
        => new(Printable(file), "is too large for a tokenizer", Invariant($"at most {largest} bytes"), found);

    public static string Printable(string text) => CheckpointException.Printable(text, 1000);

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
