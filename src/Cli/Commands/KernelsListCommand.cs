using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti kernels list</c>: every entry point in the cache with what it takes of a multiprocessor.</summary>
static class KernelsListCommand
{
    internal static Command Create()
    {
        var device = Devices.Option("Who is asked where the compiler's log says nothing", "none");
        var json = new Option<bool>("--json") { Description = "One JSON object an entry point." };
        var command = new DescribedCommand("list", "Shows the kernels in the cache: registers, shared memory, spills, size, options.",
            "suti kernels list --json") { device, json };
        command.SetAction(parsed => Run(parsed.GetValue(device)!, parsed.GetValue(json)));
        return command;
    }

    static int Run(string deviceName, bool json)
    {
        var device = deviceName == "none" ? null : Devices.Cuda(deviceName);
        var reports = KernelInventory.List(device);
        if (json)
        {
            foreach (var report in reports)
                Output.JsonLine(Line(report));
            return ExitCode.Done;
        }
        Output.Table(["kernel", "entry", "registers", "shared", "spills", "bytes", "code", "options"], reports.Select(Row));
        string counters = "";
        if (device is not null)
        {
            var (compiled, loaded) = KernelInventory.Counters(device);
            counters = string.Create(CultureInfo.InvariantCulture, $"; this process compiled {compiled} and found {loaded}");
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{reports.Select(r => r.Key).Distinct().Count()} variants, {reports.Count} entry points, {reports.Count(r => r.SpillBytes > 0)} with spills, in {KernelInventory.Folder}{counters}"));
        return ExitCode.Done;
    }

    static string[] Row(KernelReport report) =>
    [
        report.Variant, report.Entry, Text(report.Registers), Text(report.SharedBytes), Text(report.SpillBytes), Text(report.CubinBytes), report.Hash,
        // The constants stand in the kernel's name already.
        string.Join(' ', report.Options.Split(' ').Where(option => !option.StartsWith("-D", StringComparison.Ordinal))),
    ];

    static JsonObject Line(KernelReport report) => new()
    {
        ["variant"] = report.Variant,
        ["entry"] = report.Entry,
        ["registers"] = report.Registers,
        ["shared_bytes"] = report.SharedBytes,
        ["spill_bytes"] = report.SpillBytes,
        ["cubin_bytes"] = report.CubinBytes,
        ["cubin"] = report.Hash,
        ["key"] = report.Key,
        ["options"] = report.Options,
    };

    static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
