using System.Buffers;
using System.Text.Json;

namespace SuTI.Model.Folders;

/// <summary>Configurations made here, in the form in which files are read.</summary>
static class ConfigWriter
{
    /// <param name="source">What messages call it.</param>
    /// <param name="members">Writes the members of the object.</param>
    internal static JsonConfig Write(string source, Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return JsonConfig.Parse(bytes.WrittenMemory, source);
    }

    internal static void Numbers(this Utf8JsonWriter json, string key, IEnumerable<long> values)
    {
        json.WriteStartArray(key);
        foreach (long value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    internal static void Texts(this Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        json.WriteStartArray(key);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <summary>One number where all are equal, because older releases of the libraries read no lists there.</summary>
    internal static void NumberOrList(this Utf8JsonWriter json, string key, IReadOnlyList<int> values)
    {
        if (values.Distinct().Count() == 1)
            json.WriteNumber(key, values[0]);
        else
            json.Numbers(key, values.Select(value => (long)value));
    }

    internal static void NumberOrNull(this Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }
}
