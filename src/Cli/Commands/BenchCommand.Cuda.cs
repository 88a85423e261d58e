using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary>Workloads on a CUDA device, timed by events on its stream.</summary>
static partial class BenchCommand
{
    const double LeastRoofSeconds = 0.2;

    static readonly string[] s_columns =
    [
        "workload", "dtype", "cache", "median ms", "p10", "p90", "TFLOP/s", "GB/s", "of roof", "roof", "registers", "shared", "spills", "occupancy",
        "limit", "grid", "block", "code", "launches", "kernel",
    ];

    static int OnCuda(IReadOnlyList<Workload> workloads, CudaDevice device, bool tiny, DType[] types, double seconds, BenchFormat format)
    {
        if (device.IsEmulated)
        {
            Console.Error.WriteLine("emulated: shapes are tiny, and no time here says anything about a GPU");
            seconds = Math.Min(seconds, 0.01);
        }
        var roofs = CudaRoofs.Measure(device, tiny, tiny ? 0 : LeastRoofSeconds, types);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{device.Model}: copy {roofs.CopyBytesPerSecond / 1e9:F1} GB/s")
            + string.Concat(roofs.Products.Select(p => string.Create(CultureInfo.InvariantCulture, $", product in {p.Key.Label()} {p.Value / 1e12:F3} TFLOP/s"))));
        using var runner = new CudaBenchRunner(device, roofs, seconds);
        var results = new List<CudaBenchResult>();
        foreach (var workload in workloads)
        {
            foreach (var type in types)
            {
                try
                {
                    foreach (var result in runner.Run(workload, type))
                    {
                        results.Add(result);
                        if (format == BenchFormat.Json)
                            Output.JsonLine(result.ToJson());
                    }
                }
                catch (SutiException refused) when (refused is not CudaException { Status: not 0 })
                {
                    Console.Error.WriteLine($"{workload.Name} {type.Label()} left out: {refused.Message}");
                }
            }
        }
        if (format != BenchFormat.Json)
            Output.Rows(format, s_columns, results.Select(Row));
        return results.Count > 0 ? ExitCode.Done : ExitCode.Failed;
    }

    static string[] Row(CudaBenchResult result)
    {
        var kernel = result.Heaviest;
        return
        [
            result.Workload, result.DType.Label(), result.Mode + (result.IsNoisy ? " (noisy)" : ""), Number(result.Median, "F4"), Number(result.Tenth, "F4"),
            Number(result.Ninetieth, "F4"), result.Flops > 0 ? Number(result.Tflops, "F2") : "-", result.Bytes > 0 ? Number(result.GigabytesPerSecond, "F1") : "-",
            result.Roof.Length > 0 ? Number(result.OfRoof, "P1") : "-", result.Roof.Length > 0 ? result.Roof : "-",
            .. kernel is null or { Threads: 0 } ? (string[])["-", "-", "-", "-", "-", "-", "-", "-"] :
            [
                Number(kernel.Registers, "F0"), Number(kernel.SharedBytes, "F0"), Number(kernel.SpillBytes, "F0"), Number(kernel.Occupancy, "P0"),
                kernel.Limit, kernel.Grid, Number(kernel.Threads, "F0"), kernel.Hash,
            ],
            Number(result.Launches.Sum(launch => launch.Calls), "F0"), kernel?.Kernel ?? "-",
        ];
    }
}
