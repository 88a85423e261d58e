using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench unet</c>: a whole U-Net with a peer's weights, inputs, output and losses.</summary>
static class BenchUnetCommand
{
    /// <summary>f32 on both sides; a wrong layer misses by orders of magnitude.</summary>
    const double Bound = 1e-4;

    /// <summary>bf16 beside f32, through a hundred layers.</summary>
    const double HalfBound = 0.05;

    internal static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "What scripts/peers/unet_export.py wrote." };
        var device = Devices.Option();
        var types = DTypeOption.Create("f32");
        var runs = new Option<int>("--runs") { Description = "Forward passes to time.", DefaultValueFactory = _ => 3 };
        var command = new DescribedCommand("unet",
            "Runs a U-Net with the weights and inputs of a peer, and compares output, losses and time.",
            "suti bench unet /tmp/sd15")
        { folder, device, types, runs };
        command.SetAction(parsed => DTypeOption.Parse(parsed.GetValue(types)!)
            .Select(type => One(parsed.GetValue(folder)!, Devices.Parse(parsed.GetValue(device)!), type, parsed.GetValue(runs)))
            .Max());
        return command;
    }

    static int One(string folder, Device device, DType type, int runs)
    {
        var result = UnetComparison.Run(folder, device, type, Math.Max(1, runs));
        using var process = Process.GetCurrentProcess();
        var median = result.Seconds[result.Seconds.Count / 2];
        double loss = result.Losses.Count == 0 ? 0
            : result.Losses.Max(pair => Math.Abs(pair.Ours - pair.Theirs) / Math.Abs(pair.Theirs));
        Output.JsonLine(new JsonObject
        {
            ["parameters"] = result.Parameters,
            ["batch"] = result.Batch,
            ["device"] = device.Name,
            ["dtype"] = type.Label(),
            ["load"] = result.Load.ToString(),
            ["relative_error"] = result.RelativeError,
            ["first_s"] = result.FirstSeconds,
            ["median_s"] = median,
            ["losses"] = new JsonArray([.. result.Losses.Select(pair => (JsonNode)pair.Ours)]),
            ["worst_loss_difference"] = loss,
            ["peak_tensor_mib"] = result.PeakBytes >> 20,
            ["peak_rss_mib"] = process.PeakWorkingSet64 >> 20,
        });
        double bound = type.IsHalf() ? HalfBound : Bound;
        if (result.RelativeError <= bound)
            return ExitCode.Done;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{type.Label()}: the output differs by {result.RelativeError:E2}, bound {bound:E0}"));
        return ExitCode.Failed;
    }
}
