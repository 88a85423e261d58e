using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>The times that sampling visits, noisiest first.</summary>
static class Timesteps
{
    /// <param name="trainingSteps">Times of the schedule that count, from 0.</param>
    /// <param name="offset">Added to all times of <see cref="TimestepSpacing.Leading"/>.</param>
    public static double[] Spaced(int trainingSteps, int count, TimestepSpacing spacing, int offset)
    {
        CheckCount(trainingSteps, count);
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            int fromLast = count - 1 - i;
            times[i] = spacing switch
            {
                TimestepSpacing.Leading => (fromLast * (trainingSteps / count)) + offset,
                TimestepSpacing.Trailing => Round(trainingSteps - (i * ((double)trainingSteps / count))) - 1,
                TimestepSpacing.Linspace => Round(Even(trainingSteps, count, fromLast)),
                _ => throw new ArgumentOutOfRangeException(nameof(spacing)),
            };
        }
        return times;
    }

    /// <summary>As <see cref="Spaced"/>, but evenly spaced times need not be whole.</summary>
    public static double[] SpacedFractions(int trainingSteps, int count, TimestepSpacing spacing, int offset)
    {
        if (spacing != TimestepSpacing.Linspace)
            return Spaced(trainingSteps, count, spacing, offset);
        CheckCount(trainingSteps, count);
        // The published samplers hold them, and hand them to the network, in f32.
        return [.. Enumerable.Range(0, count).Select(i => (double)(float)Even(trainingSteps, count, count - 1 - i))];
    }

    /// <summary>Checks times that were given one by one.</summary>
    /// <exception cref="SutiException">None, not falling, or not of the schedule.</exception>
    public static double[] Given(IReadOnlyList<int> times, int trainingSteps)
    {
        if (times.Count == 0)
            throw new SutiException("timesteps", "there is at least one", "1 or more", "none");
        for (int i = 0; i < times.Count; i++)
        {
            if (times[i] < 0 || times[i] >= trainingSteps)
                throw new SutiException("timesteps", "each is a step of training", Invariant($"0 to {trainingSteps - 1}"),
                    Invariant($"{times[i]}"));
            if (i > 0 && times[i] >= times[i - 1])
                throw new SutiException("timesteps", "each is below the one before", Invariant($"below {times[i - 1]}"),
                    Invariant($"{times[i]}"));
        }
        return [.. times.Select(time => (double)time)];
    }

    /// <summary>To the nearest whole number, halves to even ones, as NumPy rounds.</summary>
    public static double Round(double time) => Math.Round(time, MidpointRounding.ToEven);

    static double Even(int trainingSteps, int count, int index)
        => count == 1 ? 0 : index * ((trainingSteps - 1.0) / (count - 1));

    static void CheckCount(int trainingSteps, int count)
    {
        if (count < 1 || count > trainingSteps)
            throw new SutiException("timesteps", "sampling takes a number of steps", Invariant($"1 to {trainingSteps}"),
                Invariant($"{count}"));
    }

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
