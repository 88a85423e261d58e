using System.Diagnostics;
using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Times workloads: warm-up apart, at least seven repetitions, medians.</summary>
public static class BenchRunner
{
    const int WarmUps = 3;
    const int LeastRepetitions = 7;
    const int MostRepetitions = 2000;

    /// <param name="seconds">Time to spend on it, warm-up not counted.</param>
    public static BenchResult Run(Workload workload, CpuDevice device, int threads, double seconds)
    {
        int before = device.Threads;
        device.Threads = threads;
        try
        {
            using var scope = TensorScope.Open(workload.Name);
            using var prepared = workload.Prepare(new(device));
            // Until the compiler has done its last optimisation the first runs are not the code that is measured.
            for (int i = 0; i < WarmUps; i++)
                prepared.Run();
            return Measure(workload.Name, prepared, threads, seconds);
        }
        finally
        {
            device.Threads = before;
        }
    }

    static BenchResult Measure(string name, Prepared prepared, int threads, double seconds)
    {
        var times = new List<double>();
        var load = ProcessorLoad.Now();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < LeastRepetitions
            || (times.Count < MostRepetitions && Stopwatch.GetElapsedTime(start).TotalSeconds < seconds))
        {
            long begin = Stopwatch.GetTimestamp();
            prepared.Run();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        double others = ProcessorLoad.OthersSince(load, Stopwatch.GetElapsedTime(start));
        times.Sort();
        return new(name, threads, times[times.Count / 2], times[times.Count / 10], times[times.Count * 9 / 10], times[0], times[^1],
            times.Count, others, prepared.Flops, prepared.Bytes);
    }
}
