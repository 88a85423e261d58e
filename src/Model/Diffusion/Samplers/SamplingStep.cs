namespace SuTI.Model.Diffusion;

/// <summary>One call of the network and the move that follows it.</summary>
/// <param name="Time">What the network is told; the schedule's unit.</param>
/// <param name="From">The level of the sample that the move starts from.</param>
/// <param name="To">The level after it.</param>
public readonly record struct SamplingStep(double Time, NoiseLevel From, NoiseLevel To)
{
    /// <summary>Through these times of a schedule, noisiest first, and then to <paramref name="end"/>.</summary>
    /// <param name="end">The level after the last step; by default no noise.</param>
    public static IReadOnlyList<SamplingStep> Through(NoiseSchedule schedule, IReadOnlyList<double> times,
        NoiseLevel? end = null)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(times);
        return [.. times.Select((time, i) => new SamplingStep(time, schedule[time],
            i + 1 < times.Count ? schedule[times[i + 1]] : end ?? NoiseLevel.Clean))];
    }

    /// <summary><paramref name="count"/> even steps through continuous time, from the last time down to 0.</summary>
    public static IReadOnlyList<SamplingStep> Even(CosineNoiseSchedule schedule, int count)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return Through(schedule, [.. Enumerable.Range(0, count).Select(i => (double)(count - i) / count)]);
    }
}
