using System.CommandLine;
using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti kernels dump</c>: sources, PTX, code, options, logs and attributes of all that the cache holds.</summary>
static class KernelsDumpCommand
{
    internal static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Where to write; one folder a variant." };
        var device = Devices.Option("Who compiles anew, for PTX and line information; none writes what the cache holds", "none");
        var lines = new Option<bool>("--lineinfo") { Description = "With line information, so that Nsight Compute finds the source; needs a device." };
        var command = new DescribedCommand("dump", "Writes source, PTX, code, options, log and attributes of every kernel in the cache.",
            "suti kernels dump out --device cuda --lineinfo") { folder, device, lines };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(device)!, parsed.GetValue(lines)));
        return command;
    }

    static int Run(string folder, string device, bool lines)
    {
        if (lines && device == "none")
        {
            Console.Error.WriteLine("suti kernels dump: --lineinfo compiles anew and needs a device, as in --device cuda.");
            return ExitCode.Usage;
        }
        int count = KernelInventory.Dump(folder, device == "none" ? null : Devices.Cuda(device), lines);
        Console.Out.WriteLine(count == 0 ? $"the cache {KernelInventory.Folder} is empty; suti kernels compile fills it"
            : string.Create(CultureInfo.InvariantCulture, $"{count} variants in {folder}"));
        return count == 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
