using System.Globalization;
using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Folders;

/// <summary>
/// The configuration of one part of a model: a JSON object that is read key by key. <see cref="Finish"/> refuses the
/// keys that nobody asked for, because an option that is silently ignored changes the pictures.
/// </summary>
public sealed class JsonConfig
{
    const int LargestFile = 1 << 20, DeepestNesting = 32;

    readonly string _file, _path;
    readonly JsonElement _json;
    readonly HashSet<string> _known = new(StringComparer.Ordinal);

    JsonConfig(string file, string path, JsonElement json)
    {
        _file = file;
        _path = path;
        _json = json;
    }

    /// <summary>Where it was read, for messages.</summary>
    public string Source => _path.Length == 0 ? _file : $"{_file}, {_path}";

    /// <summary>The keys that are there, in the file's order.</summary>
    public IEnumerable<string> Keys => _json.EnumerateObject().Select(member => member.Name);

    /// <exception cref="SutiException">No file, too large, no JSON object, nested too deeply, or a key twice.</exception>
    public static JsonConfig Open(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            if (!File.Exists(file))
                throw new SutiException(Printable(file), "a configuration is missing", "a JSON file", "none");
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            // No length is believed: what the name leads to may be endless.
            byte[] bytes = new byte[LargestFile + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > LargestFile)
                throw new SutiException(Printable(file), "is too large for a configuration",
                    Invariant($"at most {LargestFile} bytes"), "more");
            return Parse(bytes.AsMemory(0, length), file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(Printable(file), "cannot be read", null, failure.Message, failure);
        }
    }

    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Open"/>
    public static JsonConfig Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions
            {
                MaxDepth = DeepestNesting,
                AllowDuplicateProperties = false,
            });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SutiException(Printable(source), "is no configuration", "a JSON object",
                    Kind(document.RootElement));
            return new(source, "", document.RootElement.Clone());
        }
        catch (JsonException failure)
        {
            throw new SutiException(Printable(source), "is not valid JSON",
                Invariant($"JSON of at most {DeepestNesting} levels, each key once"), Printable(failure.Message), failure);
        }
    }

    /// <summary>Whether the key is there and not null. It then counts as known.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <exception cref="SutiException">The key is missing or no whole number of 32 bits.</exception>
    public int Count(string key) => Whole(key, Require(key));

    public int Count(string key, int otherwise) => Find(key) is { } value ? Whole(key, value) : otherwise;

    public int? OptionalCount(string key) => Find(key) is { } value ? Whole(key, value) : null;

    /// <summary>A whole number of at least 1.</summary>
    public int Size(string key) => Positive(key, Count(key));

    /// <inheritdoc cref="Size(string)"/>
    public int Size(string key, int otherwise) => Positive(key, Count(key, otherwise));

    public double Number(string key, double otherwise) => Find(key) is { } value ? Real(key, value) : otherwise;

    public double? OptionalNumber(string key) => Find(key) is { } value ? Real(key, value) : null;

    public bool Flag(string key, bool otherwise = false) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Misfit(key, "true or false", value),
    };

    public string Text(string key) => String(key, Require(key));

    public string Text(string key, string otherwise) => Find(key) is { } value ? String(key, value) : otherwise;

    public string? OptionalText(string key) => Find(key) is { } value ? String(key, value) : null;

    public IReadOnlyList<string> Texts(string key) => [.. Items(key, Require(key)).Select(item => String(key, item))];

    /// <summary>A list of texts and nulls; null if the value is anything else.</summary>
    public IReadOnlyList<string?>? TextsOrNulls(string key)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array } value)
            return null;
        var items = value.EnumerateArray().ToList();
        return items.TrueForAll(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            ? [.. items.Select(item => item.GetString())] : null;
    }

    /// <summary>A list of whole numbers of at least 1.</summary>
    public IReadOnlyList<int> Sizes(string key)
        => [.. Items(key, Require(key)).Select(item => Positive(key, Whole(key, item)))];

    /// <summary>The same, where one number may stand for <paramref name="count"/> equal ones.</summary>
    public IReadOnlyList<int> Sizes(string key, int count, int otherwise)
    {
        if (Find(key) is not { } value)
            return [.. Enumerable.Repeat(otherwise, count)];
        if (value.ValueKind != JsonValueKind.Array)
            return [.. Enumerable.Repeat(Positive(key, Whole(key, value)), count)];
        var sizes = Sizes(key);
        return sizes.Count == count ? sizes : throw Misfit(key, Invariant($"{count} numbers"), value);
    }

    public IReadOnlyList<double> Numbers(string key)
        => [.. Items(key, Require(key)).Select(item => Real(key, item))];

    /// <summary>A list of flags, where one may stand for <paramref name="count"/> equal ones.</summary>
    public IReadOnlyList<bool> Flags(string key, int count, bool otherwise)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array } value)
            return [.. Enumerable.Repeat(Flag(key, otherwise), count)];
        var items = Items(key, value).ToList();
        if (items.Count != count || items.Exists(item => item.ValueKind is not (JsonValueKind.True or JsonValueKind.False)))
            throw Misfit(key, Invariant($"{count} times true or false"), value);
        return [.. items.Select(item => item.ValueKind == JsonValueKind.True)];
    }

    /// <summary>Whether the key holds an object, where a plain value may stand instead. It then counts as known.</summary>
    public bool IsSection(string key) => Find(key) is { ValueKind: JsonValueKind.Object };

    /// <summary>An object below this one; null if there is none.</summary>
    public JsonConfig? Section(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new(_file, _path.Length == 0 ? key : $"{_path}.{key}", value),
        { } value => throw Misfit(key, "an object", value),
    };

    /// <summary>One of several names, each with its meaning here.</summary>
    /// <exception cref="SutiException">Another value, which is named together with those that are supported.</exception>
    public T Choice<T>(string key, string? otherwise, params (string Name, T Meaning)[] supported)
    {
        string name = otherwise is null ? Text(key) : Text(key, otherwise);
        foreach (var (known, meaning) in supported)
        {
            if (known == name)
                return meaning;
        }
        throw Unsupported(key, string.Join(", ", supported.Select(choice => choice.Name)), $"'{Printable(name)}'");
    }

    /// <summary>A known option that has but one supported value, besides being absent or null.</summary>
    /// <param name="key">The option.</param>
    /// <param name="supported">As JSON spells it: <c>"default"</c> without quotes, true, 1, null.</param>
    /// <exception cref="SutiException">Another value.</exception>
    public void Only(string key, params string[] supported)
    {
        if (Find(key) is not { } value)
            return;
        string found = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        bool isSupported = supported.Contains(found, StringComparer.Ordinal)
            || (value.ValueKind == JsonValueKind.Number && supported.Any(text => double.TryParse(text,
                NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number == value.GetDouble()));
        if (!isSupported)
            throw Unsupported(key, string.Join(" or ", supported), Printable(found));
    }

    /// <summary>Keys without a meaning for what is computed here: versions, training-only options.</summary>
    public void Ignore(params string[] keys) => _known.UnionWith(keys);

    /// <summary>Whatever else is there is accepted: for files whose keys are not ours to know.</summary>
    public void IgnoreRest() => _known.UnionWith(Keys);

    /// <summary>The keys that nobody has asked for, in the file's order.</summary>
    public IEnumerable<string> UnknownKeys => Keys.Where(key => !_known.Contains(key));

    /// <exception cref="SutiException">
    /// Keys that nobody asked for, all of them named, each with the known one that it may have been meant to be.
    /// </exception>
    public void Finish()
    {
        var unknown = UnknownKeys.Select(key => NearestName.Of(key, _known) is { } nearest
            ? $"'{Printable(key)}' (did you mean '{nearest}'?)" : $"'{Printable(key)}'").ToList();
        if (unknown.Count > 0)
            throw new SutiException(Printable(Source), unknown.Count == 1 ? "holds a key that is not known"
                : "holds keys that are not known", null, string.Join(", ", unknown));
    }

    /// <summary>Writes all members but those of these names, known or not, into an object that has been begun.</summary>
    public void CopyTo(Utf8JsonWriter json, params string[] except)
    {
        ArgumentNullException.ThrowIfNull(json);
        foreach (var member in _json.EnumerateObject())
        {
            if (!except.Contains(member.Name, StringComparer.Ordinal))
                member.WriteTo(json);
        }
    }

    /// <summary>Writes one member, which must be there.</summary>
    internal void CopyMember(Utf8JsonWriter json, string key)
    {
        json.WritePropertyName(key);
        _json.GetProperty(key).WriteTo(json);
    }

    /// <summary>An error about a value of this configuration.</summary>
    public SutiException Unsupported(string key, string supported, string found)
        => new($"{Printable(Source)}, {key}", "this value is not supported", supported, found);

    static string Printable(string text) => CheckpointException.Printable(text, 1000);

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => $"'{CheckpointException.Printable(value.GetString()!)}'",
        _ => Printable(value.GetRawText()),
    };

    JsonElement? Find(string key)
    {
        _known.Add(key);
        return _json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    JsonElement Require(string key)
        => Find(key) ?? throw new SutiException($"{Printable(Source)}, {key}", "this key is required", null, "none");

    SutiException Misfit(string key, string expected, JsonElement value)
        => new($"{Printable(Source)}, {key}", "the value is of the wrong kind", expected, Kind(value));

    int Whole(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
            : throw Misfit(key, "a whole number", value);

    double Real(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number : throw Misfit(key, "a number", value);

    string String(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Misfit(key, "a text", value);

    int Positive(string key, int value)
        => value >= 1 ? value : throw Unsupported(key, "at least 1", Invariant($"{value}"));

    JsonElement.ArrayEnumerator Items(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Misfit(key, "a list", value);
}
