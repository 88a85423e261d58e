using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine.IO;

namespace SuTI.Cli.Commands;

/// <summary><c>suti inspect</c>: what a weight file holds, read from its header alone.</summary>
static class InspectCommand
{
    internal static Command Create()
    {
        var path = new Argument<string>("file") { Description = "A .safetensors file, a shard index, or a folder that holds one." };
        var json = new Option<bool>("--json") { Description = "One JSON object a tensor, and one for the whole." };
        var command = new DescribedCommand("inspect",
            "Shows the tensors, types, sizes and metadata of a weight file; reads no tensor.",
            "suti inspect model.safetensors") { path, json };
        command.SetAction(parsed => Run(SafetensorsReport.Read(parsed.GetValue(path)!), parsed.GetValue(json)));
        return command;
    }

    static int Run(SafetensorsReport report, bool json)
    {
        if (json)
        {
            foreach (var tensor in report.Tensors)
                Output.JsonLine(Line(tensor));
            Output.JsonLine(Line(report));
            return ExitCode.Done;
        }
        Output.Table(["tensor", "dtype", "shape", "bytes"], report.Tensors.Select(Row));
        Console.Out.WriteLine();
        foreach (var (key, value) in report.Metadata)
            Console.Out.WriteLine($"metadata {key}: {value}");
        foreach (var total in report.Types)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{total.Type.FormatName()}: {total.TensorCount:N0} tensors, {total.ElementCount:N0} elements, {total.ByteCount:N0} bytes"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Tensors.Count:N0} tensors, {report.ParameterCount:N0} parameters, {report.ByteCount:N0} bytes in {report.Files.Count} file(s)"));
        foreach (string name in report.UnmappedTensors)
            Console.Out.WriteLine($"not in the index: {name}");
        return ExitCode.Done;
    }

    static string[] Row(SafetensorsReportTensor tensor) =>
    [
        tensor.Entry.Name, tensor.Entry.Type.FormatName(), tensor.Entry.ShapeText,
        tensor.Entry.ByteCount.ToString("N0", CultureInfo.InvariantCulture),
    ];

    static JsonObject Line(SafetensorsReportTensor tensor) => new()
    {
        ["tensor"] = tensor.Entry.Name,
        ["dtype"] = tensor.Entry.Type.FormatName(),
        ["shape"] = new JsonArray([.. tensor.Entry.Shape.Select(length => (JsonNode)length)]),
        ["bytes"] = tensor.Entry.ByteCount,
        ["file"] = tensor.File,
        ["sha256"] = tensor.Sha256,
    };

    static JsonObject Line(SafetensorsReport report)
    {
        var metadata = new JsonObject();
        foreach (var (key, value) in report.Metadata)
            metadata[key] = value;
        return new()
        {
            ["path"] = report.Path,
            ["tensors"] = report.Tensors.Count,
            ["parameters"] = report.ParameterCount,
            ["bytes"] = report.ByteCount,
            ["metadata"] = metadata,
        };
    }
}
