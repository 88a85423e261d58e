using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench verify</c>: that the network which is timed computes what the peer's computes.</summary>
static class BenchVerifyCommand
{
    /// <summary>Gradients of a deep network in f32 on both sides; a wrong formula misses by orders of magnitude.</summary>
    const double Bound = 1e-3;

    internal static Command Create()
    {
        var file = new Argument<string>("file") { Description = "What scripts/peers/export_tiny_unet.py wrote." };
        var json = new Option<bool>("--json") { Description = "One JSON object a tensor." };
        var command = new DescribedCommand("verify",
            "Compares TinyUNet-A with PyTorch's run of it: output, loss, and the gradient of every parameter.",
            "suti bench verify tinyunet.safetensors")
        { file, json };
        command.SetAction(parsed => Run(TinyUnetCheck.Run(parsed.GetValue(file)!, Device.Cpu), parsed.GetValue(json)));
        return command;
    }

    static int Run(IReadOnlyList<TensorGap> gaps, bool json)
    {
        foreach (var gap in json ? gaps : [])
            Output.JsonLine(new JsonObject { ["tensor"] = gap.Name, ["relative_error"] = gap.RelativeError });
        if (!json)
        {
            Output.Table(["tensor", "relative error"], gaps.Where((gap, i) => i < 10 || gap.Name.StartsWith("out.", StringComparison.Ordinal))
                .Select(gap => (string[])[gap.Name, gap.RelativeError.ToString("E2", CultureInfo.InvariantCulture)]));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{gaps.Count} tensors compared, worst {gaps[0].RelativeError:E2}, bound {Bound:E0}"));
        }
        return gaps[0].RelativeError <= Bound ? ExitCode.Done : ExitCode.Failed;
    }
}
