using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>One object of tokenizer.json: a step of the tokenizer with its options. A null counts as absent.</summary>
/// <param name="Where">File and path, for messages.</param>
readonly record struct JsonStep(string Where, JsonElement Json)
{
    public string Type => Text("type") ?? throw Wrong("has no type", "type", "none");

    public JsonElement? Find(string key)
        => Json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Required(string key) => Find(key) ?? throw Wrong($"{key} is missing", key, "none");

    public JsonStep? Step(string key) => Find(key) is { } value ? At(key, value) : null;

    /// <summary>The steps of a list, one after the other; none if it is absent.</summary>
    public IReadOnlyList<JsonStep> Steps(string key)
    {
        if (Find(key) is not { } list)
            return [];
        var steps = new List<JsonStep>();
        foreach (var item in TokenizerFile.List($"{Where}.{key}", list))
            steps.Add(At(TokenizerFile.Invariant($"{key}[{steps.Count}]"), item));
        return steps;
    }

    /// <summary>A step, or those that a Sequence of them lists under <paramref name="list"/>.</summary>
    public IReadOnlyList<JsonStep> Sequence(string list)
    {
        if (Type != "Sequence")
            return [this];
        Only("type", list);
        return Steps(list);
    }

    public string? Text(string key) => Find(key) is { } value ? TokenizerFile.Text($"{Where}.{key}", value) : null;

    public long? Whole(string key) => Find(key) is { } value ? TokenizerFile.Whole($"{Where}.{key}", value) : null;

    public bool Flag(string key, bool otherwise = false)
        => Find(key) is { } value ? TokenizerFile.Flag($"{Where}.{key}", value) : otherwise;

    /// <exception cref="SutiException">A key that is none of these.</exception>
    public void Only(params ReadOnlySpan<string> known)
    {
        foreach (var member in Json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw Wrong("holds a key that is not known", null, $"'{member.Name}'");
        }
    }

    /// <exception cref="SutiException">The text is none of these.</exception>
    public void MustBe(string key, params ReadOnlySpan<string?> supported)
    {
        string? text = Text(key);
        if (!supported.Contains(text))
            throw Wrong($"this {key} is not supported", $"'{supported[0]}'", text is null ? "none" : $"'{text}'");
    }

    /// <exception cref="SutiException">One of these is there and neither false nor 0.</exception>
    public void MustNotBeSet(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (Find(key) is { } value && value.ValueKind != JsonValueKind.False
                && !(value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0))
                throw Wrong($"{key} is not supported", "none", value.GetRawText());
        }
    }

    public SutiException Wrong(string rule, string? expected, string? found)
        => new(TokenizerFile.Printable(Where), rule, expected, found is null ? null : TokenizerFile.Printable(found));

    JsonStep At(string name, JsonElement value) => value.ValueKind == JsonValueKind.Object ? new($"{Where}.{name}", value)
        : throw TokenizerFile.Misfit($"{Where}.{name}", "an object", value);
}
