using System.Text.Json.Nodes;

namespace SuTI.Model.Benchmarks;

/// <summary>One workload in two records.</summary>
/// <param name="Ratio">New time by old time: above 1 it became slower.</param>
/// <param name="Noise">Ratio up to which a difference may be noise, from the spread of both records.</param>
public sealed record BenchChange(string Workload, int Threads, double Before, double After, double Ratio, double Noise)
{
    public bool IsRegression => Ratio > Noise;
}

/// <summary>Compares two records of <c>suti bench --json</c>.</summary>
public static class BenchComparison
{
    /// <summary>A difference below this is never called a regression.</summary>
    const double LeastNoise = 1.05;

    /// <summary>Pairs the lines of the two records by workload and threads.</summary>
    /// <param name="before">JSON lines; others are passed over.</param>
    /// <param name="after">JSON lines.</param>
    public static IReadOnlyList<BenchChange> Compare(IEnumerable<string> before, IEnumerable<string> after)
    {
        var old = Read(before);
        var changes = new List<BenchChange>();
        foreach (var (key, line) in Read(after))
        {
            if (!old.TryGetValue(key, out var first))
                continue;
            // The medians of two quiet runs differ by no more than the lower half of each run spreads.
            double noise = Math.Max(LeastNoise, Spread(first) * Spread(line));
            changes.Add(new(key.Workload, key.Threads, Median(first), Median(line), Median(line) / Median(first), noise));
        }
        return changes;
    }

    static Dictionary<(string Workload, int Threads), JsonObject> Read(IEnumerable<string> lines)
    {
        var found = new Dictionary<(string, int), JsonObject>();
        foreach (string line in lines)
        {
            if (!line.StartsWith('{') || JsonNode.Parse(line) is not JsonObject entry || entry["workload"] is null)
                continue;
            found[(Name(entry), (int?)entry["threads"] ?? 0)] = entry;
        }
        return found;
    }

    // On the processor the number of threads tells runs apart, on a device type and cache.
    static string Name(JsonObject line)
        => line["dtype"] is { } type ? $"{line["workload"]} {type} {line["mode"]}" : (string)line["workload"]!;

    static double Median(JsonObject line) => (double)line["median_ms"]!;

    static double Spread(JsonObject line) => Median(line) / Math.Max(1e-9, (double)(line["p10_ms"] ?? line["min_ms"])!);
}
