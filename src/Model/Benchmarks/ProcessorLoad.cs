using System.Globalization;

namespace SuTI.Model.Benchmarks;

/// <summary>How busy the whole machine and this process have been: tells whether a measurement was disturbed.</summary>
/// <param name="Machine">Processor seconds of all processes; NaN where the system does not tell.</param>
/// <param name="Own">Processor seconds of this process.</param>
readonly record struct ProcessorLoad(double Machine, double Own)
{
    const double TicksPerSecond = 100; // USER_HZ of Linux, as seen in /proc

    internal static ProcessorLoad Now()
    {
        double own = Environment.CpuUsage.TotalTime.TotalSeconds;
        if (!File.Exists("/proc/stat"))
            return new(double.NaN, own);
        string first = File.ReadLines("/proc/stat").First();
        double[] fields = [.. first.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        return new((fields.Sum() - fields[3] - fields[4]) / TicksPerSecond, own);
    }

    /// <summary>Cores that others kept busy since <paramref name="before"/>.</summary>
    internal static double OthersSince(ProcessorLoad before, TimeSpan elapsed)
    {
        var now = Now();
        double others = now.Machine - before.Machine - (now.Own - before.Own);
        return double.IsNaN(others) ? others : Math.Max(0, others / elapsed.TotalSeconds);
    }
}
