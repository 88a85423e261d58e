namespace SuTI.Model.Diffusion;

/// <summary>What a discrete noise schedule is made of.</summary>
/// <param name="Steps">Of training; times are 0 … Steps − 1.</param>
/// <param name="Start">β of the first step; without meaning for <see cref="BetaCurve.SquaredCosine"/>.</param>
/// <param name="End">β of the last.</param>
public sealed record BetaOptions(int Steps = 1000, double Start = 0.0001, double End = 0.02,
    BetaCurve Curve = BetaCurve.Linear)
{
    /// <summary>The βs themselves, where they follow no curve.</summary>
    public IReadOnlyList<double>? Trained { get; init; }

    /// <summary>
    /// Whether √ᾱ is stretched so that the last step holds no signal (Lin et al., Common Diffusion Noise Schedules and
    /// Sample Steps are Flawed, 2023, algorithm 1).
    /// </summary>
    public bool EndsInPureNoise { get; init; }
}
