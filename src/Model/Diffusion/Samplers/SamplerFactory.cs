using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>Samplers of a published configuration, with the times and levels that diffusers gives them.</summary>
sealed class SamplerFactory(SchedulerConfig config)
{
    readonly DiscreteNoiseSchedule _schedule = config.CreateSchedule();

    public Sampler Create(int steps, double eta) => config.Kind switch
    {
        SamplerKind.Ddpm => Ddpm(Strided(steps, NoiseLevel.Clean)),
        SamplerKind.Ddim => Ddim(Strided(steps, End), eta),
        SamplerKind.Pndm => PndmSampler.Create(_schedule, Spaced(steps), _schedule.Steps / steps, End,
            config.SkipsRungeKutta, config.Prediction),
        SamplerKind.Euler or SamplerKind.EulerAncestral => Euler(steps),
        SamplerKind.DpmSolver => new DpmSolverSampler(SolverSteps(steps), config.Prediction, config.Bound.Create(),
            config.Solver),
        _ => throw new InvalidOperationException(),
    };

    public Sampler Create(IReadOnlyList<int> times, double eta)
    {
        double[] given = Timesteps.Given(times, _schedule.Steps);
        return config.Kind switch
        {
            SamplerKind.Ddpm => Ddpm(SamplingStep.Through(_schedule, given)),
            SamplerKind.Ddim => Ddim(SamplingStep.Through(_schedule, given, End), eta),
            _ => throw new SutiException("scheduler", "times are given to DDPM and DDIM", "DDPM or DDIM",
                config.Kind.ToString()),
        };
    }

    NoiseLevel End => config.EndsClean ? NoiseLevel.Clean : _schedule[0];

    double[] Spaced(int steps) => Timesteps.Spaced(_schedule.Steps, steps, config.Spacing, config.StepsOffset);

    DdpmSampler Ddpm(IReadOnlyList<SamplingStep> steps)
        => new(steps, config.Prediction, config.Bound.Create(), config.Variance);

    DdimSampler Ddim(IReadOnlyList<SamplingStep> steps, double eta)
        => new(steps, config.Prediction, config.Bound.Create(), eta);

    /// <summary>
    /// Each step goes down by a whole stride, which is not always where the next one begins: so the published samplers do,
    /// and the models were judged with them.
    /// </summary>
    List<SamplingStep> Strided(int steps, NoiseLevel end)
    {
        double[] times = Spaced(steps);
        int stride = _schedule.Steps / steps;
        return [.. times.Select(time => new SamplingStep(time, _schedule[time],
            time - stride >= 0 ? _schedule[time - stride] : end))];
    }

    EulerSampler Euler(int count)
    {
        double[] times = Timesteps.SpacedFractions(_schedule.Steps, count, config.Spacing, config.StepsOffset);
        double[] all = _schedule.Ratios();
        double[] ratios = Array.ConvertAll(times, time => Interpolate(all, time));
        if (config.UsesKarrasRatios)
        {
            ratios = KarrasRatios.Spaced(ratios[0], ratios[^1], count);
            times = Array.ConvertAll(ratios, ratio => KarrasRatios.TimeOf(ratio, all));
        }
        var levels = Array.ConvertAll(ratios, NoiseLevel.OfRatio);
        var steps = times.Select((time, i)
            => new SamplingStep(time, levels[i], i + 1 < count ? levels[i + 1] : NoiseLevel.Clean));
        // Where the walk begins at the last time, the published samplers leave the signal's share out of the start.
        return new([.. steps], config.Prediction, config.Kind == SamplerKind.EulerAncestral,
            config.Spacing == TimestepSpacing.Leading ? null : ratios[0]);
    }

    static double Interpolate(double[] values, double time)
    {
        if (!(time >= 0 && time <= values.Length - 1))
            throw new SutiException("timesteps", "each lies within training",
                FormattableString.Invariant($"0 to {values.Length - 1}"), FormattableString.Invariant($"{time}"));
        int below = Math.Min((int)time, values.Length - 2);
        return below < 0 ? values[0] : values[below] + ((time - below) * (values[below + 1] - values[below]));
    }

    List<SamplingStep> SolverSteps(int count)
    {
        double[] times = SolverTimes(count);
        return [.. times.Select((time, i) => new SamplingStep(time, _schedule[time],
            i + 1 < times.Length ? _schedule[times[i + 1]] : End))];
    }

    double[] SolverTimes(int count)
    {
        int usable = _schedule.Steps;
        if (config.LowestHalfLogSnr is { } lowest)
            usable -= _schedule.SignalVariances.Count(v => NoiseLevel.OfSignalVariance(v).HalfLogSnr < lowest);
        if (count < 1 || count >= usable)
            throw new SutiException("timesteps", "sampling takes a number of steps",
                FormattableString.Invariant($"1 to {usable - 1}"), FormattableString.Invariant($"{count}"));
        if (config.UsesKarrasRatios)
        {
            double[] all = _schedule.Ratios();
            return [.. KarrasRatios.Spaced(all[^1], all[0], count)
                .Select(ratio => Timesteps.Round(KarrasRatios.TimeOf(ratio, all))).Distinct()];
        }
        // One more than is asked for, and the cleanest left out: there the last step ends.
        double[] times = config.Spacing == TimestepSpacing.Trailing
            ? [.. Enumerable.Range(0, count).Select(i
                => Timesteps.Round(usable - (i * ((double)_schedule.Steps / count))) - 1).Where(time => time >= 0)]
            : Timesteps.Spaced(usable, count + 1, config.Spacing, config.StepsOffset)[..count];
        return [.. times.Distinct()];
    }
}
