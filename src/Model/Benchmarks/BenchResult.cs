using System.Text.Json.Nodes;

namespace SuTI.Model.Benchmarks;

/// <summary>Times of one workload, in milliseconds.</summary>
/// <param name="Others">Cores that other processes kept busy meanwhile; above 0.15 the median says little. NaN where it cannot be known.</param>
public sealed record BenchResult(string Workload, int Threads, double Median, double Tenth, double Ninetieth, double Minimum, double Maximum,
    int Repetitions, double Others, double Flops, double Bytes)
{
    public double Gflops => Flops / Median / 1e6;

    public double GigabytesPerSecond => Bytes / Median / 1e6;

    /// <summary>One object with the fields that peers print, so that tables join.</summary>
    public JsonObject ToJson()
    {
        var line = new JsonObject
        {
            ["peer"] = "suti",
            ["workload"] = Workload,
            ["threads"] = Threads,
            ["median_ms"] = Math.Round(Median, 4),
            ["min_ms"] = Math.Round(Minimum, 4),
            ["max_ms"] = Math.Round(Maximum, 4),
            ["p10_ms"] = Math.Round(Tenth, 4),
            ["p90_ms"] = Math.Round(Ninetieth, 4),
            ["reps"] = Repetitions,
        };
        if (!double.IsNaN(Others))
            line["others"] = Math.Round(Others, 2);
        if (Flops > 0)
        {
            line["gflops"] = Math.Round(Gflops, 1);
            line["gflops_best"] = Math.Round(Flops / Minimum / 1e6, 1);
        }
        if (Bytes > 0)
        {
            line["gbs"] = Math.Round(GigabytesPerSecond, 2);
            line["gbs_best"] = Math.Round(Bytes / Minimum / 1e6, 2);
        }
        return line;
    }
}
