using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Experts;

/// <summary>How experts are made and what they draw.</summary>
public sealed record ExpertOptions
{
    public TuningOptions Tuning { get; init; } = new();

    /// <summary>Pictures of each prompt.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Of the sampler.</summary>
    public int Steps { get; init; } = SubjectSampling.UsualSteps;

    public double Guidance { get; init; } = SubjectSampling.UsualGuidance;

    /// <summary>See <see cref="SubjectSampling"/>.</summary>
    public double Temperature { get; init; } = SubjectSampling.UsualTemperature;

    /// <summary>Of tuning and of noise, with the cluster's page and the prompt.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the weights of experts are written too, in f16.</summary>
    public bool KeepsWeights { get; init; }

    internal string Settings(string model)
    {
        var (tuning, optimizer) = (Tuning, Tuning.Optimizer);
        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"base":"{{model}}","steps":{{tuning.Steps}},"batch_size":{{tuning.BatchSize}},"optimizer":"{{optimizer.Name}}","learning_rate":{{optimizer.LearningRate}},"weight_decay":{{optimizer.WeightDecay}},"only_attention":{{Text(tuning.OnlyAttention)}},"mirrors":{{Text(tuning.Mirrors)}},"text_dropout":{{tuning.TextDropout}},"fit":"{{tuning.Fit}}","count":{{Count}},"sample_steps":{{Steps}},"guidance":{{Guidance}},"temperature":{{Temperature}},"eta":{{SubjectSampling.UsualEta}},"seed":{{Seed}},"keeps_weights":{{Text(KeepsWeights)}}}""");

        static string Text(bool value) => value ? "true" : "false";
    }

    /// <exception cref="SutiException">A number out of its range.</exception>
    internal void Check()
    {
        Tuning.Check();
        Range("pictures of a prompt", Count, 1, 1000);
        Range("sampling steps", Steps, 1, 1000);
        SubjectSampling.CheckShare("experts", "temperature", Temperature);
    }

    static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new SutiException("experts", $"{name} is out of range", $"{least} to {most}", $"{value}");
    }
}
