namespace SuTI.Engine.Optimization;

/// <summary>The learning rate of each step.</summary>
/// <remarks>
/// The rules of diffusers 0.21 and transformers 4.30, <c>get_scheduler</c>; computed in double on the host.
/// </remarks>
/// <param name="BaseRate">What the factors multiply: the largest rate.</param>
/// <param name="WarmupSteps">Steps during which the rate rises linearly from 0.</param>
public abstract record LearningRateSchedule(double BaseRate, int WarmupSteps)
{
    /// <param name="step">From 0.</param>
    public double LearningRate(int step) => BaseRate * Factor(step);

    /// <summary>The share of <see cref="BaseRate"/> that a step uses.</summary>
    public double Factor(int step)
        => step < WarmupSteps ? (double)step / Math.Max(1, WarmupSteps) : AfterWarmup(step);

    private protected abstract double AfterWarmup(int step);

    private protected double Progress(int step, int totalSteps)
        => (double)((long)step - WarmupSteps) / Math.Max(1, (long)totalSteps - WarmupSteps);
}

/// <summary>The same rate, after the warm-up if there is one.</summary>
public sealed record ConstantSchedule(double BaseRate, int WarmupSteps = 0)
    : LearningRateSchedule(BaseRate, WarmupSteps)
{
    private protected override double AfterWarmup(int step) => 1;
}

/// <summary>Falls linearly to 0 at <paramref name="TotalSteps"/>.</summary>
public sealed record LinearSchedule(double BaseRate, int TotalSteps, int WarmupSteps = 0)
    : LearningRateSchedule(BaseRate, WarmupSteps)
{
    private protected override double AfterWarmup(int step)
        => Math.Max(0, (double)((long)TotalSteps - step) / Math.Max(1, (long)TotalSteps - WarmupSteps));
}

/// <summary>Follows ½(1 + cos 2πcx) over the share x of steps after the warm-up; half a wave falls to 0.</summary>
/// <param name="Cycles">c.</param>
public sealed record CosineSchedule(double BaseRate, int TotalSteps, int WarmupSteps = 0, double Cycles = 0.5)
    : LearningRateSchedule(BaseRate, WarmupSteps)
{
    private protected override double AfterWarmup(int step)
        => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * Cycles * 2 * Progress(step, TotalSteps))));
}

/// <summary>Half cosine waves, each beginning at the full rate.</summary>
/// <param name="Cycles">Their number.</param>
public sealed record CosineWithRestartsSchedule(double BaseRate, int TotalSteps, int WarmupSteps = 0, int Cycles = 1)
    : LearningRateSchedule(BaseRate, WarmupSteps)
{
    private protected override double AfterWarmup(int step)
    {
        double progress = Progress(step, TotalSteps);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (Cycles * progress % 1))));
    }
}

/// <summary>
/// Falls to <paramref name="FinalRate"/> at <paramref name="TotalSteps"/> as a power of the share of steps left.
/// </summary>
public sealed record PolynomialSchedule(double BaseRate, int TotalSteps, int WarmupSteps = 0, double Power = 1,
    double FinalRate = 1e-7)
    : LearningRateSchedule(BaseRate, WarmupSteps)
{
    private protected override double AfterWarmup(int step)
    {
        if (step > TotalSteps)
            return FinalRate / BaseRate;
        double left = 1 - Progress(step, TotalSteps);
        return (((BaseRate - FinalRate) * Math.Pow(left, Power)) + FinalRate) / BaseRate;
    }
}
