using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench roofs</c>: the rates that every percentage of <c>suti bench --device cuda</c> stands on.</summary>
static class BenchRoofsCommand
{
    const double Seconds = 0.5;

    internal static Command Create()
    {
        var device = Devices.Option("Whose rates", "cuda");
        var types = DTypeOption.Create("f32,bf16,f16");
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new DescribedCommand("roofs", "Measures a device's copy rate, and the rate of a large matrix product in each type.",
            "suti bench roofs --device cuda") { device, types, json };
        command.SetAction(parsed => Run(Devices.Cuda(parsed.GetValue(device)!), DTypeOption.Parse(parsed.GetValue(types)!), parsed.GetValue(json)));
        return command;
    }

    static int Run(CudaDevice device, DType[] types, bool json)
    {
        var roofs = CudaRoofs.Measure(device, device.IsEmulated, device.IsEmulated ? 0 : Seconds, types);
        if (json)
        {
            var line = new JsonObject { ["device"] = device.Name, ["model"] = device.Model, ["copy_gbs"] = Math.Round(roofs.CopyBytesPerSecond / 1e9, 3) };
            foreach (var (type, rate) in roofs.Products)
                line[$"product_{type.Label()}_tflops"] = Math.Round(rate / 1e12, 4);
            Output.JsonLine(line);
            return ExitCode.Done;
        }
        Output.Table(["roof", "rate", "unit"],
        [
            ["copy", (roofs.CopyBytesPerSecond / 1e9).ToString("F1", CultureInfo.InvariantCulture), "GB/s"],
            .. roofs.Products.Select(p => (string[])[$"product in {p.Key.Label()}", (p.Value / 1e12).ToString("F3", CultureInfo.InvariantCulture), "TFLOP/s"]),
        ]);
        return ExitCode.Done;
    }
}
