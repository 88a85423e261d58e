using System.CommandLine;
using SuTI.Model.Evaluation;

namespace SuTI.Cli;

/// <summary>What commands that embed pictures read alike.</summary>
sealed class EmbedderSettings
{
    readonly Option<string?> _clip = new("--clip")
    {
        Description = "A folder with a CLIP: config.json, weights, preprocessor_config.json, tokenizer. By default the one that comes with the program.",
    };

    readonly Option<string> _device = Devices.Option();
    readonly Option<string> _precision = new("--precision") { Description = "f32, bf16 or f16 (the halves under CUDA only).", DefaultValueFactory = _ => "f32" };
    readonly Option<int> _batch = new("--batch") { Description = "Pictures embedded together.", DefaultValueFactory = _ => 32 };

    internal IEnumerable<Option> All => [_clip, _device, _precision, _batch];

    internal EmbedderOptions Options(ParseResult parsed) => new()
    {
        Device = Devices.Parse(parsed.GetValue(_device)!),
        Precision = PictureOptions.Precision(parsed.GetValue(_precision)!),
        Batch = parsed.GetValue(_batch),
    };

    /// <summary>Whether no other CLIP is named than the one that comes with the program.</summary>
    internal bool UsesShipped(ParseResult parsed) => parsed.GetValue(_clip) is null;

    internal ClipEmbedder Open(ParseResult parsed) => ClipEmbedder.Open(parsed.GetValue(_clip) ?? ShippedModel.Find("clip", "--clip"), Options(parsed));
}
