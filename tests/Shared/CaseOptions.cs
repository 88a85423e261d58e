using System.Text.Json;

namespace SuTI.Tests;

/// <summary>
/// What cases.json says of one case. It remembers what was read, so that an option nobody knows is a failure.
/// </summary>
sealed class CaseOptions(JsonElement json)
{
    readonly HashSet<string> _read = [];

    /// <summary>Names of options that no one has asked for.</summary>
    public IEnumerable<string> Unread
        => json.EnumerateObject().Select(option => option.Name).Where(name => !_read.Contains(name));

    /// <summary>Options that restate the shapes of the tensors or say how they were drawn.</summary>
    public void Describes(params string[] names) => _read.UnionWith(names);

    /// <summary>An option that is known, but only as it stands by default.</summary>
    public void Only<T>(string name, T supported)
    {
        if (Find(name) is { } value && value.Deserialize<T>() is { } given && !given.Equals(supported))
            throw new NotSupportedException($"option {name} is {value}; supported is {supported}");
    }

    public bool Has(string name) => Find(name) is not null;

    public string Text(string name) => Require(name).GetString()!;

    public string Text(string name, string otherwise) => Find(name)?.GetString() ?? otherwise;

    public int Integer(string name) => Require(name).GetInt32();

    public int Integer(string name, int otherwise) => Find(name)?.GetInt32() ?? otherwise;

    public double Number(string name) => Require(name).GetDouble();

    public double Number(string name, double otherwise) => Find(name)?.GetDouble() ?? otherwise;

    public double? OptionalNumber(string name) => Find(name)?.GetDouble();

    public bool Flag(string name, bool otherwise = false) => Find(name)?.GetBoolean() ?? otherwise;

    /// <summary>A list, or one number that stands for both axes.</summary>
    public int[] Pair(string name, int otherwise)
    {
        if (Find(name) is not { } value)
            return [otherwise, otherwise];
        return value.ValueKind == JsonValueKind.Number ? [value.GetInt32(), value.GetInt32()]
            : value.Deserialize<int[]>()!;
    }

    public int[]? Integers(string name) => Find(name)?.Deserialize<int[]>();

    public double[]? Numbers(string name) => Find(name)?.Deserialize<double[]>();

    JsonElement Require(string name) => Find(name) ?? throw new NotSupportedException($"option {name} is missing");

    JsonElement? Find(string name)
    {
        _read.Add(name);
        return json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
