using System.Text.Json.Nodes;
using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Times of one workload on a CUDA device, in milliseconds.</summary>
/// <param name="IsCold">Whether the second-level cache was flushed before each repetition.</param>
/// <param name="Roof">What bounds it here, memory or compute; empty if nothing is known of its size.</param>
/// <param name="OfRoof">Share of that roof.</param>
/// <param name="Launches">Kernels of one repetition, the longest first.</param>
public sealed record CudaBenchResult(string Workload, string Device, DType DType, bool IsCold, double Median, double Tenth, double Ninetieth,
    double Minimum, double Maximum, int Repetitions, double Flops, double Bytes, string Roof, double OfRoof, IReadOnlyList<LaunchReport> Launches)
{
    /// <summary>Above this spread of p10 to p90 the median is not to be compared.</summary>
    const double MostSpread = 1.05;

    public double Tflops => Flops / Median / 1e9;

    public double GigabytesPerSecond => Bytes / Median / 1e6;

    public string Mode => IsCold ? "cold" : "hot";

    public bool IsNoisy => Ninetieth > MostSpread * Tenth;

    /// <summary>The kernel that took longest; null if none was launched.</summary>
    public LaunchReport? Heaviest => Launches.Count > 0 ? Launches[0] : null;

    /// <summary>One object with the fields that peers print, so that tables join.</summary>
    public JsonObject ToJson()
    {
        var line = new JsonObject
        {
            ["peer"] = "suti",
            ["workload"] = Workload,
            ["device"] = Device,
            ["dtype"] = DType.Label(),
            ["mode"] = Mode,
            ["median_ms"] = Math.Round(Median, 6),
            ["p10_ms"] = Math.Round(Tenth, 6),
            ["p90_ms"] = Math.Round(Ninetieth, 6),
            ["min_ms"] = Math.Round(Minimum, 6),
            ["max_ms"] = Math.Round(Maximum, 6),
            ["reps"] = Repetitions,
            ["noisy"] = IsNoisy,
        };
        if (Flops > 0)
            line["tflops"] = Math.Round(Tflops, 4);
        if (Bytes > 0)
            line["gbs"] = Math.Round(GigabytesPerSecond, 3);
        if (Roof.Length > 0)
        {
            line["roof"] = Roof;
            line["of_roof"] = Math.Round(OfRoof, 5);
        }
        line["launches"] = Launches.Sum(launch => launch.Calls);
        if (Heaviest is { } kernel)
        {
            line["kernel"] = kernel.Kernel;
            line["kernel_share"] = Math.Round(kernel.Milliseconds / Math.Max(1e-9, Launches.Sum(launch => launch.Milliseconds)), 4);
            line["registers"] = kernel.Registers;
            line["shared_bytes"] = kernel.SharedBytes;
            line["spill_bytes"] = kernel.SpillBytes;
            line["occupancy"] = Math.Round(kernel.Occupancy, 4);
            line["occupancy_limit"] = kernel.Limit;
            line["grid"] = kernel.Grid;
            line["block"] = kernel.Threads;
            line["cubin"] = kernel.Hash;
        }
        return line;
    }
}
