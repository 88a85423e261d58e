using System.CommandLine;
using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>Runs a command under a profile: its trace to a file, its tables to the error output, away from results.</summary>
static class Tracing
{
    const int MostRows = 25;

    internal static Option<string?> Option() => new("--trace") { Description = "Writes what ran when, on the host and on each stream, to a file for Perfetto." };

    internal static int Run(string? file, Func<int> command)
    {
        if (file is null)
            return command();
        using var profile = Profile.Start();
        int code = command();
        profile.Stop();
        profile.WriteTrace(file);
        Print(profile);
        Console.Error.WriteLine($"{file} shows it in https://ui.perfetto.dev");
        return code;
    }

    static void Print(Profile profile)
    {
        double device = profile.Ops.Sum(op => op.DeviceMilliseconds), host = profile.Ops.Sum(op => op.HostMilliseconds);
        Console.Error.WriteLine();
        Output.Table(["op", "direction", "calls", "host ms", "device ms", "share"], profile.Ops.Take(MostRows).Select(op => (string[])
        [
            op.Op, op.IsBackward ? "backward" : "forward", Number(op.Calls, "F0"), Number(op.HostMilliseconds, "F3"), Number(op.DeviceMilliseconds, "F3"),
            Number(device > 0 ? op.DeviceMilliseconds / device : op.HostMilliseconds / Math.Max(host, 1e-9), "P1"),
        ]), Console.Error);
        Console.Error.WriteLine();
        Output.Table(["most memory in use", "MiB", "at ms", "parameters", "gradients", "optimizer", "activations", "workspace"],
            profile.Peaks.Select(peak => (string[])
            [
                peak.Device, Number(peak.Bytes / 1048576.0, "F3"), Number(peak.Milliseconds, "F1"),
                .. peak.ByCategory.Select(bytes => Number(bytes / 1048576.0, "F3")),
            ]), Console.Error);
    }

    static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
