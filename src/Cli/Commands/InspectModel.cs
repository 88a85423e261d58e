using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;

namespace SuTI.Cli.Commands;

/// <summary>What <c>suti inspect</c> says of a model's folder, and of weight files that are not safetensors.</summary>
static class InspectModel
{
    internal static int Run(ModelReport report, bool json)
    {
        if (json)
        {
            foreach (var part in report.Networks)
                Output.JsonLine(Line(part));
            Output.JsonLine(Line(report));
        }
        else
        {
            Write(report);
        }
        return ExitCode.Done;
    }

    /// <summary>The tensors of a file of another format.</summary>
    internal static int Run(IWeightSource source, bool json)
    {
        var summary = WeightSummary.Of(source);
        if (json)
        {
            foreach (var entry in source.Entries)
                Output.JsonLine(new()
                {
                    ["tensor"] = entry.Name,
                    ["dtype"] = entry.Type.FormatName(),
                    ["shape"] = new JsonArray([.. entry.Shape.Select(length => (JsonNode)length)]),
                    ["bytes"] = entry.ByteCount,
                    ["file"] = source.FileWith(entry.Name),
                });
            Output.JsonLine(new()
            {
                ["path"] = source.Path,
                ["tensors"] = summary.Tensors,
                ["parameters"] = summary.Parameters,
                ["bytes"] = summary.Bytes,
                ["notes"] = Array(source.Notes),
            });
            return ExitCode.Done;
        }
        Output.Table(["tensor", "dtype", "shape", "bytes"], source.Entries.Select(entry => (string[])
            [entry.Name, entry.Type.FormatName(), entry.ShapeText, Number(entry.ByteCount)]));
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{Number(summary.Tensors)} tensors, {Number(summary.Parameters)} parameters, "
            + $"{Number(summary.Bytes)} bytes in {summary.Files.Count} file(s)");
        foreach (string note in source.Notes)
            Console.Out.WriteLine($"note: {note}");
        return ExitCode.Done;
    }

    static void Write(ModelReport report)
    {
        Console.Out.WriteLine($"{report.ClassName}: {Number(report.Parameters)} parameters in "
            + $"{report.Networks.Count} network(s)");
        foreach (var part in report.Networks)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine(Title(part));
            if (part.Architecture is not null)
                Console.Out.WriteLine($"  {part.Architecture}");
            Console.Out.WriteLine($"  {Number(part.Parameters)} parameters; {Types(part.Weights)}; "
                + $"{Number(part.Weights.Bytes)} bytes in {part.Weights.Files.Count} file(s)");
            if (part.LeftOut > 0)
                Console.Out.WriteLine($"  {part.LeftOut} tensors of the files are left out");
            foreach (string problem in part.Problems)
                Console.Out.WriteLine($"  will not load: {problem}");
        }
        foreach (string other in report.Others)
            Console.Out.WriteLine($"\n{other}");
        Console.Out.WriteLine("\nmemory for the weights");
        Output.Table(["part", .. ModelReport.Precisions.Select(place => $"{place.Device} {place.Type.Label()}")],
        [
            .. report.Networks.Select(part => (string[])[Title(part), .. Memory(part.MemoryAs)]),
            ["all", .. Memory(type => report.Networks.Sum(part => part.MemoryAs(type)))],
        ]);
        Console.Out.WriteLine("What is computed takes more, which depends on the size and number of the pictures and is not estimated.");
        foreach (string note in report.Notes)
            Console.Out.WriteLine($"note: {note}");
    }

    static string Title(PartReport part)
        => part.Name.Length == 0 ? part.ClassName : $"{part.Name} ({part.ClassName})";

    static string Types(WeightSummary weights) => string.Join(", ", weights.Types
        .Select(type => weights.Types.Count == 1 ? type.Type.FormatName()
            : $"{Number(type.Elements)} {type.Type.FormatName()}"));

    static IEnumerable<string> Memory(Func<DType, long> bytes) => ModelReport.Precisions
        .Select(place => string.Create(CultureInfo.InvariantCulture, $"{bytes(place.Type) / 1e6:N1} MB"));

    static JsonObject Line(PartReport part)
    {
        var types = new JsonObject();
        foreach (var (type, elements) in part.Weights.Types)
            types[type.FormatName()] = elements;
        return new()
        {
            ["part"] = part.Name,
            ["class"] = part.ClassName,
            ["architecture"] = part.Architecture,
            ["parameters"] = part.Parameters,
            ["types"] = types,
            ["bytes"] = part.Weights.Bytes,
            ["files"] = Array(part.Weights.Files.Select(file => file.File)),
            ["left_out"] = part.LeftOut,
            ["memory"] = Line(part.MemoryAs),
            ["problems"] = Array(part.Problems),
        };
    }

    static JsonObject Line(ModelReport report) => new()
    {
        ["path"] = report.Path,
        ["class"] = report.ClassName,
        ["parameters"] = report.Parameters,
        ["parts"] = Array([.. report.Networks.Select(Title), .. report.Others]),
        ["memory"] = Line(type => report.Networks.Sum(part => part.MemoryAs(type))),
        ["notes"] = Array(report.Notes),
    };

    static JsonObject Line(Func<DType, long> bytes)
    {
        var memory = new JsonObject();
        foreach (var (device, type) in ModelReport.Precisions)
            memory[$"{device} {type.Label()}"] = bytes(type);
        return memory;
    }

    static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
