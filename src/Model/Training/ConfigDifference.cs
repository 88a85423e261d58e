using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>How a resolved configuration differs from the one a run began with, in keys that change what is learnt.</summary>
static class ConfigDifference
{
    const int LargestFile = 1 << 20;

    /// <summary>One clause a difference: <c>training.batch_size was 4 and is 8</c>.</summary>
    internal static IReadOnlyList<string> Between(string file, StageConfig config)
    {
        var before = Flat(Bytes(file), file);
        var now = Flat(System.Text.Encoding.UTF8.GetBytes(config.ToJson()), file);
        var free = config.Keys.Where(key => key.IsFree).Select(key => key.Path).ToHashSet(StringComparer.Ordinal);
        // Keys that a later version of the program has are at their defaults what it did before.
        var unchanged = config.Keys.Where(key => !before.ContainsKey(key.Path) && now.GetValueOrDefault(key.Path) == key.Default).Select(key => key.Path);
        free.UnionWith(unchanged);
        return [.. before.Keys.Union(now.Keys).Where(path => !free.Contains(path))
            .Select(path => (Path: path, Before: before.GetValueOrDefault(path, "absent"), Now: now.GetValueOrDefault(path, "absent")))
            .Where(key => key.Before != key.Now)
            .Select(key => CheckpointException.Printable($"{key.Path} was {key.Before} and is {key.Now}"))];
    }

    static byte[] Bytes(string file)
    {
        try
        {
            if (new FileInfo(file).Length > LargestFile)
                throw new CheckpointException(file, "is too large for a configuration");
            return File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(file, "the configuration of a run must be readable", found: failure.Message.TrimEnd('.'),
                inner: failure);
        }
    }

    static Dictionary<string, string> Flat(byte[] utf8, string file)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8);
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            Walk(json.RootElement, "");
            return values;

            void Walk(JsonElement at, string path)
            {
                if (at.ValueKind != JsonValueKind.Object)
                {
                    values[path] = at.GetRawText().ReplaceLineEndings("");
                    return;
                }
                foreach (var member in at.EnumerateObject())
                    Walk(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
            }
        }
        catch (JsonException failure)
        {
            throw new CheckpointException(file, "the configuration of a run is JSON", found: failure.Message.TrimEnd('.'), inner: failure);
        }
    }
}
