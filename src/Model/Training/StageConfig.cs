using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Training;

/// <summary>
/// The configuration of a training stage: JSON whose keys are declared where they are read, with default, range and
/// meaning. One declaration gives the check, the resolved configuration and the documentation.
/// </summary>
/// <example><code>
/// var config = StageConfig.Open("clip.json");
/// var training = TrainingConfig.Read(config.Section("training"));
/// int width = config.Section("model").Whole("width", 512, "Channels of a token.", least: 1);
/// config.Finish();
/// </code></example>
public sealed class StageConfig
{
    static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly JsonConfig _json;
    readonly string _path;
    readonly JsonObject _resolved = [];
    readonly List<ConfigKey> _keys;
    readonly Dictionary<string, StageConfig> _sections = new(StringComparer.Ordinal);

    StageConfig(JsonConfig json, string path, List<ConfigKey> keys) => (_json, _path, _keys) = (json, path, keys);

    /// <summary>All keys declared so far, those of sections included, in the order of declaration.</summary>
    public IReadOnlyList<ConfigKey> Keys => _keys;

    /// <inheritdoc cref="JsonConfig.Open" path="/exception"/>
    public static StageConfig Open(string file) => new(JsonConfig.Open(file), "", []);

    /// <summary>A file with some keys set, in the place of what the file says.</summary>
    /// <param name="set">Paths from the root, as <c>data.run</c>, with their values.</param>
    /// <inheritdoc cref="JsonConfig.Open" path="/exception"/>
    public static StageConfig Open(string file, IEnumerable<(string Path, JsonNode Value)> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        // Checked as any file before it is changed.
        JsonConfig.Open(file);
        var root = JsonNode.Parse(File.ReadAllBytes(file))!.AsObject();
        foreach (var (path, value) in set)
        {
            var at = root;
            string[] parts = path.Split('.');
            foreach (string section in parts[..^1])
            {
                if (at[section] is not JsonObject inner)
                    at[section] = inner = [];
                at = inner;
            }
            at[parts[^1]] = value;
        }
        return Parse(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()), file);
    }

    /// <inheritdoc cref="JsonConfig.Parse"/>
    public static StageConfig Parse(ReadOnlyMemory<byte> utf8, string source)
        => new(JsonConfig.Parse(utf8, source), "", []);

    /// <summary>A configuration that gives no key: all defaults.</summary>
    public static StageConfig Empty(string source) => Parse("{}"u8.ToArray(), source);

    /// <summary>An object below this one; where the file has none, all its keys have their defaults.</summary>
    public StageConfig Section(string key)
    {
        if (_sections.TryGetValue(key, out var known))
            return known;
        var json = _json.Section(key) ?? JsonConfig.Parse("{}"u8.ToArray(), $"{_json.Source}, {key}");
        var section = new StageConfig(json, PathOf(key), _keys);
        _sections.Add(key, section);
        _resolved.Add(key, section._resolved);
        return section;
    }

    /// <param name="free">See <see cref="ConfigKey.IsFree"/>.</param>
    /// <exception cref="SutiException">No whole number, or outside of <paramref name="least"/> … <paramref name="most"/>.</exception>
    public int Whole(string key, int otherwise, string meaning, int least = 0, int most = int.MaxValue, bool free = false)
    {
        int value = _json.Count(key, otherwise);
        string range = Range(least, most == int.MaxValue ? double.PositiveInfinity : most);
        Check(key, value >= least && value <= most, range, value);
        Declare(key, "whole number", JsonValue.Create(otherwise), range, meaning, free, JsonValue.Create(value));
        return value;
    }

    /// <param name="free">See <see cref="ConfigKey.IsFree"/>.</param>
    /// <exception cref="SutiException">No number, or outside of <paramref name="least"/> … <paramref name="most"/>.</exception>
    public double Number(string key, double otherwise, string meaning, double least = 0,
        double most = double.PositiveInfinity, bool free = false)
    {
        double value = _json.Number(key, otherwise);
        string range = Range(least, most);
        Check(key, value >= least && value <= most, range, value);
        Declare(key, "number", JsonValue.Create(otherwise), range, meaning, free, JsonValue.Create(value));
        return value;
    }

    /// <inheritdoc cref="Whole"/>
    public bool Flag(string key, bool otherwise, string meaning, bool free = false)
    {
        bool value = _json.Flag(key, otherwise);
        Declare(key, "true or false", JsonValue.Create(otherwise), "", meaning, free, JsonValue.Create(value));
        return value;
    }

    /// <inheritdoc cref="Whole"/>
    public string Text(string key, string otherwise, string meaning, bool free = false)
    {
        string value = _json.Text(key, otherwise);
        Declare(key, "text", JsonValue.Create(otherwise), "", meaning, free, JsonValue.Create(value));
        return value;
    }

    /// <summary>A list of texts, by default empty.</summary>
    /// <inheritdoc cref="Whole"/>
    public IReadOnlyList<string> Texts(string key, string meaning, int most = int.MaxValue, bool free = false)
    {
        IReadOnlyList<string> value = _json.Has(key) ? _json.Texts(key) : [];
        string range = most == int.MaxValue ? "" : Invariant($"at most {most}");
        Check(key, value.Count <= most, range, value.Count);
        Declare(key, "list of texts", new JsonArray(), range, meaning, free,
            new JsonArray([.. value.Select(text => JsonValue.Create(text))]));
        return value;
    }

    /// <summary>A list of whole numbers of at least 1.</summary>
    /// <inheritdoc cref="Whole"/>
    public IReadOnlyList<int> Sizes(string key, IReadOnlyList<int> otherwise, string meaning, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(otherwise);
        IReadOnlyList<int> value = _json.Has(key) ? _json.Sizes(key) : otherwise;
        string range = Range(1, most == int.MaxValue ? double.PositiveInfinity : most);
        foreach (int size in value)
            Check(key, size <= most, range, size);
        Declare(key, "list of whole numbers", Array(otherwise), range, meaning, false, Array(value));
        return value;

        static JsonArray Array(IEnumerable<int> sizes) => new([.. sizes.Select(size => JsonValue.Create(size))]);
    }

    /// <summary>One of several names, each with its meaning to the program.</summary>
    /// <exception cref="SutiException">Another name; those that are supported are named, and the nearest of them.</exception>
    public T Choice<T>(string key, string otherwise, string meaning, params (string Name, T Meaning)[] supported)
    {
        ArgumentNullException.ThrowIfNull(supported);
        string name = _json.Text(key, otherwise);
        var names = supported.Select(choice => choice.Name).ToList();
        int index = names.IndexOf(name);
        if (index < 0)
        {
            string hint = NearestName.Of(name, names) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
            throw _json.Unsupported(key, string.Join(", ", names), $"'{CheckpointException.Printable(name)}'{hint}");
        }
        Declare(key, string.Join(", ", names), JsonValue.Create(otherwise), "", meaning, false, JsonValue.Create(name));
        return supported[index].Meaning;
    }

    /// <summary>Ends the reading of the whole configuration: call it at the root, after all keys were declared.</summary>
    /// <exception cref="SutiException">
    /// Keys that nobody declared, all of them named, each with the known one that it may have been meant to be.
    /// </exception>
    public void Finish()
    {
        var unknown = new List<string>();
        Unknown(unknown);
        if (unknown.Count > 0)
            throw new SutiException(CheckpointException.Printable(_json.Source, 1000), unknown.Count == 1
                ? "holds a key that is not known" : "holds keys that are not known", null, string.Join(", ", unknown));
    }

    /// <summary>All declared keys with the values they have: read back, it gives the same configuration.</summary>
    public string ToJson() => _resolved.ToJsonString(s_indented) + "\n";

    /// <summary>An error about a value of this section.</summary>
    public SutiException Unsupported(string key, string supported, string found)
        => _json.Unsupported(key, supported, found);

    internal static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    void Unknown(List<string> unknown)
    {
        foreach (string key in _json.UnknownKeys)
        {
            var siblings = _resolved.Select(member => member.Key);
            // A key in the wrong section is as common as a misspelt one.
            string? nearest = NearestName.Of(key, siblings) is { } sibling ? PathOf(sibling)
                : _keys.FirstOrDefault(known => known.Path.EndsWith("." + key, StringComparison.Ordinal)
                    || known.Path == key)?.Path;
            nearest ??= NearestName.Of(PathOf(key), _keys.Select(known => known.Path));
            string hint = nearest is null ? "" : $" (did you mean '{nearest}'?)";
            unknown.Add($"'{CheckpointException.Printable(PathOf(key))}'{hint}");
        }
        foreach (var section in _sections.Values)
            section.Unknown(unknown);
    }

    void Declare(string key, string kind, JsonNode otherwise, string range, string meaning, bool free, JsonNode value)
    {
        _keys.Add(new(PathOf(key), kind, Compact(otherwise), Compact(value), range, meaning, free));
        _resolved.Add(key, value);
    }

    static string Compact(JsonNode value) => value.ToJsonString(s_compact);

    void Check(string key, bool holds, string range, double found)
    {
        if (!holds)
            throw _json.Unsupported(key, range, Invariant($"{found}"));
    }

    string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    static string Range(double least, double most) => (double.IsNegativeInfinity(least), double.IsPositiveInfinity(most)) switch
    {
        (true, true) => "",
        (true, false) => Invariant($"at most {most}"),
        (false, true) => Invariant($"at least {least}"),
        _ => Invariant($"{least} to {most}"),
    };
}
