using SuTI.Engine;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>How a model is tuned to one subject. The defaults are the paper's (SuTI, section 3.1 and its appendix): 500 steps, Adafactor, 1e-5.</summary>
public sealed record TuningOptions
{
    public int Steps { get; init; } = 500;

    /// <summary>Noisy pictures of a step.</summary>
    public int BatchSize { get; init; } = 4;

    public OptimizerConfig Optimizer { get; init; } = new("adafactor", 1e-5, Beta1: 0, WeightDecay: 0);

    /// <summary>Tunes the attention of the U-Net and nothing else.</summary>
    public bool OnlyAttention { get; init; }

    /// <summary>Shows half of the pictures with left and right changed.</summary>
    public bool Mirrors { get; init; }

    /// <summary>
    /// Lets an apprentice read the other pictures while it learns to draw one: Dream-SuTI. Without it demonstrations are hidden, and an
    /// apprentice is tuned as the text-to-image model that it holds.
    /// </summary>
    public bool ReadsDemonstrations { get; init; }

    /// <summary>Share of the steps without a text.</summary>
    public double TextDropout { get; init; } = 0.1;

    /// <summary>See <see cref="InverseNoiseWeighting"/>.</summary>
    public double LargestWeight { get; init; } = 6;

    /// <summary>Largest joint norm of the gradients; 0 for none.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>What is done with pictures that are not square.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Letterbox;

    /// <exception cref="SutiException">A number out of its range.</exception>
    internal void Check()
    {
        Range("steps", Steps, 1, 1_000_000);
        Range("batch size", BatchSize, 1, 4096);
        Range("learning rate", Optimizer.LearningRate, 0, 10);
        Range("text dropout", TextDropout, 0, 1);
    }

    static void Range(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new SutiException("tuning", $"{name} is out of range", FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}
