using System.CommandLine;
using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti kernels clear</c>: empties the cache.</summary>
static class KernelsClearCommand
{
    internal static Command Create()
    {
        var command = new DescribedCommand("clear", "Removes the compiled kernels in the cache.", "suti kernels clear");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{KernelInventory.Clear()} variants removed from {KernelInventory.Folder}"));
            return ExitCode.Done;
        });
        return command;
    }
}
