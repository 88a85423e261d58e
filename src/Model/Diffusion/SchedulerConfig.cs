using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>The samplers that published models name.</summary>
public enum SamplerKind
{
    Ddpm,
    Ddim,
    Pndm,
    Euler,
    EulerAncestral,
    DpmSolver,
}

/// <summary>
/// A published model's noise schedule and sampler: the scheduler_config.json of diffusers, whose defaults it has. Read it by
/// <see cref="SchedulerConfigFile"/>.
/// </summary>
public sealed record SchedulerConfig(SamplerKind Kind)
{
    /// <summary>β of the schedule.</summary>
    public BetaOptions Betas { get; init; } = new();

    public PredictionType Prediction { get; init; }

    public TimestepSpacing Spacing { get; init; }

    /// <summary>Added to the times of <see cref="TimestepSpacing.Leading"/>.</summary>
    public int StepsOffset { get; init; }

    /// <summary>How x₀ is bounded; DDPM and DDIM only, and thresholding in DPM-Solver.</summary>
    public BoundOptions Bound { get; init; } = new();

    /// <summary>DDPM only.</summary>
    public DdpmVariance Variance { get; init; }

    /// <summary>
    /// Whether a walk ends without noise, not at the level of time 0; DDIM, PNDM and DPM-Solver only: the others always do.
    /// </summary>
    public bool EndsClean { get; init; } = true;

    /// <summary>PNDM only.</summary>
    public bool SkipsRungeKutta { get; init; }

    /// <summary>Whether noise ratios are spaced as <see cref="KarrasRatios"/>; Euler and DPM-Solver only.</summary>
    public bool UsesKarrasRatios { get; init; }

    /// <summary>DPM-Solver only.</summary>
    public DpmSolverOptions Solver { get; init; } = new();

    /// <summary>DPM-Solver only: times whose ln(α/σ) lies below are left out; null leaves out none.</summary>
    public double? LowestHalfLogSnr { get; init; }

    public DiscreteNoiseSchedule CreateSchedule() => new(Betas);

    /// <summary>The sampler of so many steps.</summary>
    /// <param name="eta">DDIM only: see <see cref="DdimSampler.Eta"/>.</param>
    /// <exception cref="SutiException">More steps than training had, or options that do not fit each other.</exception>
    public Sampler CreateSampler(int steps, double eta = 0)
    {
        CheckEta(eta);
        return new SamplerFactory(this).Create(steps, eta);
    }

    /// <summary>The sampler of these times, noisiest first; DDPM and DDIM only.</summary>
    /// <inheritdoc cref="CreateSampler(int, double)"/>
    public Sampler CreateSampler(IReadOnlyList<int> times, double eta = 0)
    {
        ArgumentNullException.ThrowIfNull(times);
        CheckEta(eta);
        return new SamplerFactory(this).Create(times, eta);
    }

    void CheckEta(double eta)
    {
        if (eta != 0 && Kind != SamplerKind.Ddim)
            throw new SutiException("scheduler", "eta belongs to DDIM", "0", FormattableString.Invariant($"{eta}"));
    }
}

/// <summary>The options that <see cref="SampleBound"/> is made of.</summary>
/// <param name="Clips">Whether x₀ is cut off at <paramref name="ClipRange"/>, unless it is thresholded.</param>
/// <param name="Thresholds">Whether x₀ is thresholded dynamically.</param>
/// <param name="Largest">Of the threshold.</param>
public sealed record BoundOptions(bool Clips = false, double ClipRange = 1, bool Thresholds = false,
    double Quantile = 0.995, double Largest = 1)
{
    internal SampleBound? Create()
        => Thresholds ? new DynamicThreshold(Quantile, Largest) : Clips ? new ClippedSample(ClipRange) : null;
}
