using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.Quickstart;

/// <summary>What a quickstart shows.</summary>
public sealed record QuickstartOptions
{
    /// <summary>Subjects that nothing has learnt from.</summary>
    public int Subjects { get; init; } = 3;

    /// <summary>Of each: a scene; a colour, a style, an accessory in one.</summary>
    public int Prompts { get; init; } = 4;

    /// <summary>How many demonstrations the apprentice reads, the most first; it is shown with each.</summary>
    public IReadOnlyList<int> Demonstrations { get; init; } = [4, 1, 0];

    /// <summary>Of the sampler.</summary>
    public int Steps { get; init; } = SubjectSampling.UsualSteps;

    public double Guidance { get; init; } = SubjectSampling.UsualGuidance;

    /// <summary>See <see cref="SubjectSampling"/>.</summary>
    public double Temperature { get; init; } = SubjectSampling.UsualTemperature;

    /// <summary>Of prompts and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Of the expert: for small models, which a tuning by the paper's rate does not move.</summary>
    public TuningOptions Tuning { get; init; } = new() { Steps = 80, BatchSize = 8, Optimizer = new("adamw", 6e-4, Beta1: 0.9, WeightDecay: 0.01) };
}
