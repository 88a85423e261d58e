using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti kernels compile</c>: all variants that the op catalogue and the workloads ask for, on all processors.</summary>
static class KernelsCompileCommand
{
    internal static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Parts of names of kernel files; all if none is given.", Arity = ArgumentArity.ZeroOrMore };
        var device = Devices.Option("What to compile for", "cuda");
        var only = new Option<bool>("--tiny") { Description = "Without the workloads' variants: what small shapes need." };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new DescribedCommand("compile", "Compiles every kernel that the op catalogue and the workloads ask for, on all processors.",
            "suti kernels compile --device cuda") { files, device, only, json };
        command.SetAction(parsed => Run(Devices.Cuda(parsed.GetValue(device)!), parsed.GetValue(files) ?? [], parsed.GetValue(only), parsed.GetValue(json)));
        return command;
    }

    static int Run(CudaDevice device, string[] files, bool tiny, bool json)
    {
        var build = KernelInventory.Compile(device, files, Work(device, tiny));
        if (json)
        {
            Output.JsonLine(new JsonObject
            {
                ["compiled"] = build.Compiled,
                ["loaded"] = build.Loaded,
                ["failed"] = build.Failures.Count,
                ["ms"] = Math.Round(build.Milliseconds),
                ["folder"] = KernelInventory.Folder,
            });
        }
        else
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{build.Compiled} variants compiled, {build.Loaded} found in {KernelInventory.Folder}, {build.Failures.Count} failed, {build.Milliseconds:F0} ms"));
        }
        foreach (string failure in build.Failures)
            Console.Error.WriteLine(failure);
        return build.Failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    static IEnumerable<Action> Work(CudaDevice device, bool tiny)
    {
        foreach (var type in (DType[])[DType.Float32, DType.BFloat16, DType.Float16])
        {
            foreach (var workload in Workloads.All(tiny).Where(workload => !workload.IsHeavy))
            {
                yield return () =>
                {
                    using var prepared = workload.Prepare(new(device, type));
                    prepared.Run();
                };
            }
        }
    }
}
