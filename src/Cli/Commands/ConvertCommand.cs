using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Conversion;

namespace SuTI.Cli.Commands;

/// <summary><c>suti convert</c>: a model from one layout, type or naming into another.</summary>
static class ConvertCommand
{
    static readonly Argument<string> s_source = new("source")
    {
        Description = "A model's folder, a weight file (.safetensors, .bin, .ckpt, .pt) or an index of shards.",
    };
    static readonly Argument<string> s_target = new("out")
    {
        Description = "One file, if it ends in .safetensors; else a folder.",
    };
    static readonly Option<NameStyle> s_names = new("--names")
    {
        Description = "Names of the tensors: keep, library (diffusers, transformers) or original (the authors').",
        DefaultValueFactory = _ => NameStyle.Keep,
    };
    static readonly Option<string?> s_type = new("--dtype")
    {
        Description = "f32, f16 or bf16; by default every tensor keeps its own.",
    };
    static readonly Option<string?> s_shard = new("--shard")
    {
        Description = "Bytes of a file in a folder, as in 5GB, 500MB or 1000000; the rest goes into further files.",
    };
    static readonly Option<string?> s_key = new("--key")
    {
        Description = "Of a PyTorch file: the key that the weights lie under, such as teacher.",
    };
    static readonly Option<string?> s_variant = new("--variant")
    {
        Description = "Of a folder: which weight files, as fp16 for model.fp16.safetensors.",
    };
    static readonly Option<FilePrediction?> s_prediction = new("--prediction")
    {
        Description = "What a Stable Diffusion 2 file predicts: epsilon, or velocity for those of 768 pixels.",
    };
    static readonly Option<string?> s_tokenizer = new("--tokenizer")
    {
        Description = "A folder with the tokenizer's files, for a Stable Diffusion file, which has none.",
    };
    static readonly Option<bool> s_force = new("--force")
    {
        Description = "Replaces what is at OUT, once the new is complete.",
    };
    static readonly Option<bool> s_json = new("--json") { Description = "One JSON object." };

    internal static Command Create()
    {
        var command = new DescribedCommand("convert",
            "Brings a model into another layout, type or naming; streams, and writes all or nothing.",
            "suti convert v1-5.ckpt sd15 --dtype f16 --tokenizer clip/tokenizer")
        {
            s_source, s_target, s_names, s_type, s_shard, s_key, s_variant, s_prediction, s_tokenizer, s_force, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var report = ModelConverter.Convert(parsed.GetValue(s_source)!, parsed.GetValue(s_target)!, new()
        {
            Names = parsed.GetValue(s_names),
            Type = parsed.GetValue(s_type) is { } type ? DTypeOption.Parse(type) is [var one] ? one
                : throw new DTypeException("--dtype", "takes one type", "f32, bf16 or f16", type) : null,
            ShardBytes = parsed.GetValue(s_shard) is { } text ? Bytes(text) : ModelFolderWriter.ShardBytes,
            Key = parsed.GetValue(s_key),
            Variant = parsed.GetValue(s_variant),
            Prediction = parsed.GetValue(s_prediction),
            Tokenizer = parsed.GetValue(s_tokenizer),
            Overwrites = parsed.GetValue(s_force),
        });
        if (parsed.GetValue(s_json))
        {
            Output.JsonLine(Line(report));
            return ExitCode.Done;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.What}: {report.Tensors:N0} tensors, {report.Parameters:N0} parameters, {report.Bytes:N0} bytes in {report.Seconds:0.0} s ({report.GigabytesPerSecond:0.00} GB/s)"));
        foreach (string note in report.Notes)
            Console.Out.WriteLine($"note: {note}");
        Console.Out.WriteLine($"wrote {report.Target}");
        return ExitCode.Done;
    }

    static long Bytes(string text)
    {
        (string unit, long factor)[] units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("", 1)];
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && double.TryParse(text.AsSpan(0, text.Length
                - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && number * factor is >= 1 and < 1e18)
                return (long)(number * factor);
        }
        throw new SutiException("--shard", "takes a number of bytes", "5GB, 500MB or 1000000", text);
    }

    static JsonObject Line(ConversionReport report) => new()
    {
        ["source"] = report.Source,
        ["target"] = report.Target,
        ["what"] = report.What,
        ["tensors"] = report.Tensors,
        ["parameters"] = report.Parameters,
        ["bytes"] = report.Bytes,
        ["seconds"] = report.Seconds,
        ["gbs"] = report.GigabytesPerSecond,
        ["notes"] = new JsonArray([.. report.Notes.Select(note => (JsonNode)note)]),
    };
}
