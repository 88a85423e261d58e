using System.CommandLine;
using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Cli;

/// <summary>What commands that tune a model to a subject read alike.</summary>
/// <param name="prefix">Before the options' names, where a command has others of these names.</param>
/// <param name="defaults">By default the paper's.</param>
sealed class TuningSettings(string prefix = "", TuningOptions? defaults = null)
{
    static readonly string[] s_optimizers = ["adafactor", "adamw", "adam", "sgd"];

    readonly Option<int> _steps = new($"--{prefix}steps") { Description = "Of tuning.", DefaultValueFactory = _ => (defaults ?? new()).Steps };
    readonly Option<int> _batch = new($"--{prefix}batch") { Description = "Noisy pictures of a step.", DefaultValueFactory = _ => (defaults ?? new()).BatchSize };
    readonly Option<string> _optimizer = new($"--{prefix}optimizer") { Description = "adafactor, adamw, adam or sgd.", DefaultValueFactory = _ => (defaults ?? new()).Optimizer.Name };
    readonly Option<double> _rate = new($"--{prefix}learning-rate") { Description = "Of the optimizer.", DefaultValueFactory = _ => (defaults ?? new()).Optimizer.LearningRate };
    readonly Option<string> _parts = new($"--{prefix}tune") { Description = "all weights of the U-Net, or only its attention.", DefaultValueFactory = _ => "all" };
    readonly Option<bool> _mirrors = new($"--{prefix}mirror") { Description = "Shows half of the pictures with left and right changed." };
    readonly Option<double> _dropout = new($"--{prefix}text-dropout") { Description = "Share of the pictures without a text.", DefaultValueFactory = _ => (defaults ?? new()).TextDropout };
    readonly Option<PictureFit> _fit = new($"--{prefix}fit") { Description = "What is done with pictures that are not square: letterbox, crop or squash.", DefaultValueFactory = _ => PictureFit.Letterbox };

    internal IEnumerable<Option> All => [_steps, _batch, _optimizer, _rate, _parts, _mirrors, _dropout, _fit];

    /// <summary>The same options as another command takes them, whose names have no prefix.</summary>
    internal IReadOnlyList<string> Arguments(ParseResult parsed)
    {
        var options = Options(parsed);
        string Text(FormattableString text) => FormattableString.Invariant(text);
        return ["--steps", Text($"{options.Steps}"), "--batch", Text($"{options.BatchSize}"), "--optimizer", options.Optimizer.Name, "--learning-rate", Text($"{options.Optimizer.LearningRate}"),
            "--tune", options.OnlyAttention ? "attention" : "all", .. options.Mirrors ? (string[])["--mirror"] : [], "--text-dropout", Text($"{options.TextDropout}"), "--fit", Text($"{options.Fit}")];
    }

    /// <exception cref="SutiException">A word that is not known.</exception>
    internal TuningOptions Options(ParseResult parsed)
    {
        string optimizer = parsed.GetValue(_optimizer)!, parts = parsed.GetValue(_parts)!;
        if (!s_optimizers.Contains(optimizer))
            throw new SutiException($"--{prefix}optimizer", "has no such name", string.Join(", ", s_optimizers), optimizer);
        if (parts is not ("all" or "attention"))
            throw new SutiException($"--{prefix}tune", "says which weights are tuned", "all or attention", parts);
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
