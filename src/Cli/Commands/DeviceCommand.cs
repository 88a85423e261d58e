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
        var json = new Option<bool>("--json") { Description = "One JSON object a device, and one for each of CUDA's libraries." };
        var command = new DescribedCommand("device", "Lists the devices that the engine can use here, and the libraries of CUDA.",
            "suti device --json") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    static int Run(bool json)
    {
        var libraries = CudaInstallation.Libraries();
        var devices = Enumerable.Range(0, CudaInstallation.DeviceCount()).Select(Open).ToList();
        if (json)
        {
            Output.JsonLine(Processor());
            foreach (var (ordinal, device, refused) in devices)
                Output.JsonLine(Line(ordinal, device, refused));
            foreach (var library in libraries)
                Output.JsonLine(Line(library));
            return ExitCode.Done;
        }
        var cpu = Device.Cpu;
        Output.Table(["device", "what it is", "units", "memory", "runtime"],
        [
            [cpu.Name, cpu.InstructionSet, Text(cpu.Threads), Gibibytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
                $"{RuntimeInformation.FrameworkDescription} {RuntimeInformation.ProcessArchitecture}"],
            .. devices.Where(d => d.Device is not null).Select(d => (string[])
            [
                d.Device!.Name, d.Device.Model, Text(d.Device.Multiprocessors), Gibibytes(d.Device.TotalBytes),
                string.Create(CultureInfo.InvariantCulture, $"compute capability {d.Device.Capability / 10}.{d.Device.Capability % 10}"),
            ]),
        ]);
        Console.Out.WriteLine();
        foreach (var library in libraries)
            Console.Out.WriteLine(library.Missing ?? $"{library.Name} {library.Version}, {library.Path}");
        foreach (var (_, _, refused) in devices.Where(d => d.Refused is not null))
            Console.Out.WriteLine(refused);
        return ExitCode.Done;
    }

    static (int Ordinal, CudaDevice? Device, string? Refused) Open(int ordinal)
    {
        try
        {
            return (ordinal, Device.Cuda(ordinal), null);
        }
        catch (CudaException refused)
        {
            return (ordinal, null, refused.Message);
        }
    }

    static JsonObject Processor() => new()
    {
        ["device"] = Device.Cpu.Name,
        ["instruction_set"] = Device.Cpu.InstructionSet,
        ["threads"] = Device.Cpu.Threads,
        ["memory_bytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["runtime"] = RuntimeInformation.FrameworkDescription,
    };

    static JsonObject Line(int ordinal, CudaDevice? device, string? refused) => device is null
        ? new() { ["device"] = string.Create(CultureInfo.InvariantCulture, $"cuda:{ordinal}"), ["error"] = refused }
        : new()
        {
            ["device"] = device.Name,
            ["model"] = device.Model,
            ["emulated"] = device.IsEmulated,
            ["capability"] = device.Capability,
            ["multiprocessors"] = device.Multiprocessors,
            ["memory_bytes"] = device.TotalBytes,
            ["l2_bytes"] = device.L2Bytes,
            ["shared_bytes"] = device.SharedBytes,
        };

    static JsonObject Line(CudaLibrary library) => new()
    {
        ["library"] = library.Name,
        ["version"] = library.Version,
        ["path"] = library.Path,
        ["missing"] = library.Missing,
    };

    static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB");

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
