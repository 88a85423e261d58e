using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SuTI.Engine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti device</c>: what the engine can run on here.</summary>
static class DeviceCommand
{
    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var command = new Command("device", "Lists the devices that the engine can use here.\n\nExample: suti device --json") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    static int Run(bool json)
    {
        var cpu = Device.Cpu;
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (json)
        {
            Output.JsonLine(new JsonObject
            {
                ["device"] = cpu.Name,
                ["instruction_set"] = cpu.InstructionSet,
                ["threads"] = cpu.Threads,
                ["memory_bytes"] = memory,
                ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
                ["runtime"] = RuntimeInformation.FrameworkDescription,
            });
            return ExitCode.Done;
        }
        Output.Table(["device", "instructions", "threads", "memory", "runtime"],
        [
            [cpu.Name, cpu.InstructionSet, cpu.Threads.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{memory / (double)(1L << 30):F1} GiB"),
                $"{RuntimeInformation.FrameworkDescription} {RuntimeInformation.ProcessArchitecture}"],
        ]);
        return ExitCode.Done;
    }
}
