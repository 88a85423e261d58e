using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine.IO;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;

namespace SuTI.Cli.Commands;

/// <summary><c>suti inspect</c>: what a weight file, a model's folder or a picture holds.</summary>
static class InspectCommand
{
    internal static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description = "A weight file (.safetensors, .bin, .ckpt, .pt), a shard index, a folder (a model's, or one of weights), or a picture.",
        };
        var json = new Option<bool>("--json") { Description = "One JSON object a tensor or network, and one for the whole." };
        var variant = new Option<string?>("--variant") { Description = "Of a folder: which weight files, as fp16 for model.fp16.safetensors." };
        var load = new Option<bool>("--load") { Description = "Also loads each network of a model, and shows how fast and the most memory that it took." };
        var device = Devices.Option("Where --load puts the networks");
        var command = new DescribedCommand("inspect",
            "Shows what a weight file holds, the networks of a model and the memory they take, or how a picture was made.",
            "suti inspect stable-diffusion-v1-5") { path, variant, json, load, device };
        command.SetAction(parsed =>
        {
            int code = Run(parsed.GetValue(path)!, parsed.GetValue(variant), parsed.GetValue(json));
            if (parsed.GetValue(load))
                InspectModel.Load(ModelFolder.Open(parsed.GetValue(path)!, parsed.GetValue(variant)),
                    Devices.Parse(parsed.GetValue(device)!), parsed.GetValue(json));
            return code;
        });
        return command;
    }

    static int Run(string path, string? variant, bool json)
    {
        if (InspectPicture.Looks(path))
            return InspectPicture.Run(path, json);
        if (ModelReport.Looks(path))
            return InspectModel.Run(ModelReport.Read(path, variant), json);
        using var source = WeightFiles.Open(path, new() { Variant = variant });
        return source is SafetensorsCheckpoint checkpoint ? Run(SafetensorsReport.Of(checkpoint), json)
            : InspectModel.Run(source, json);
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
