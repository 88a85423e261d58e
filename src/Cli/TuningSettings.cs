using System.CommandLine;
using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Cli;

/// <summary>What commands that tune a model to a subject read alike.</summary>
sealed class TuningSettings
{
    static readonly string[] s_optimizers = ["adafactor", "adamw", "adam", "sgd"];

    readonly Option<int> _steps = new("--steps") { Description = "Of tuning.", DefaultValueFactory = _ => 500 };
    readonly Option<int> _batch = new("--batch") { Description = "Noisy pictures of a step.", DefaultValueFactory = _ => 4 };
    readonly Option<string> _optimizer = new("--optimizer") { Description = "adafactor, adamw, adam or sgd.", DefaultValueFactory = _ => "adafactor" };
    readonly Option<double> _rate = new("--learning-rate") { Description = "Of the optimizer.", DefaultValueFactory = _ => 1e-5 };
    readonly Option<string> _parts = new("--tune") { Description = "all weights of the U-Net, or only its attention.", DefaultValueFactory = _ => "all" };
    readonly Option<bool> _mirrors = new("--mirror") { Description = "Shows half of the pictures with left and right changed." };
    readonly Option<double> _dropout = new("--text-dropout") { Description = "Share of the pictures without a text.", DefaultValueFactory = _ => 0.1 };
    readonly Option<PictureFit> _fit = new("--fit") { Description = "What is done with pictures that are not square: letterbox, crop or squash.", DefaultValueFactory = _ => PictureFit.Letterbox };

    internal IEnumerable<Option> All => [_steps, _batch, _optimizer, _rate, _parts, _mirrors, _dropout, _fit];

    /// <exception cref="SutiException">A word that is not known.</exception>
    internal TuningOptions Options(ParseResult parsed)
    {
        string optimizer = parsed.GetValue(_optimizer)!, parts = parsed.GetValue(_parts)!;
        if (!s_optimizers.Contains(optimizer))
            throw new SutiException("--optimizer", "has no such name", string.Join(", ", s_optimizers), optimizer);
        if (parts is not ("all" or "attention"))
            throw new SutiException("--tune", "says which weights are tuned", "all or attention", parts);
        return new()
        {
            Steps = parsed.GetValue(_steps),
            BatchSize = parsed.GetValue(_batch),
            Optimizer = new OptimizerConfig(optimizer, parsed.GetValue(_rate), Beta1: optimizer is "adafactor" or "sgd" ? 0 : 0.9, WeightDecay: optimizer == "adamw" ? 0.01 : 0),
            OnlyAttention = parts == "attention",
            Mirrors = parsed.GetValue(_mirrors),
            TextDropout = parsed.GetValue(_dropout),
            Fit = parsed.GetValue(_fit),
        };
    }
}
