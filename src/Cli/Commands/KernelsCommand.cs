using System.CommandLine;

namespace SuTI.Cli.Commands;

/// <summary><c>suti kernels</c>: the compiled CUDA kernels in the cache.</summary>
static class KernelsCommand
{
    internal static Command Create() => new DescribedCommand("kernels", "Lists, compiles, writes out and removes compiled CUDA kernels.",
        "suti kernels compile --device cuda")
    {
        KernelsListCommand.Create(),
        KernelsCompileCommand.Create(),
        KernelsDumpCommand.Create(),
        KernelsClearCommand.Create(),
    };
}
