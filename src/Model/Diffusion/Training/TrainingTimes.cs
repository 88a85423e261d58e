using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>The times that training asks a network at: functions of seed, step and place in the batch.</summary>
public static class TrainingTimes
{
    /// <summary>Each by itself: a step of the schedule, or anywhere in continuous time.</summary>
    /// <param name="samples">Of the batch, from <paramref name="firstSample"/> on.</param>
    public static double[] Uniform(NoiseSchedule schedule, int samples, ulong seed, uint step, uint firstSample = 0)
        => Place(schedule, Draw(samples, seed, step, firstSample));

    /// <summary>
    /// One in each of as many equal parts of time, in random order: every batch sees little and much noise (Kingma et al.,
    /// Variational Diffusion Models, 2021, appendix I).
    /// </summary>
    public static double[] Stratified(NoiseSchedule schedule, int samples, ulong seed, uint step)
    {
        double[] shares = Draw(samples, seed, step, 0);
        int[] parts = Tensor.RandomPermutation(samples, RandomKey.For("training time parts", seed, step));
        for (int i = 0; i < samples; i++)
            shares[i] = (parts[i] + shares[i]) / samples;
        return Place(schedule, shares);
    }

    static double[] Draw(int samples, ulong seed, uint step, uint firstSample)
    {
        using var scope = TensorScope.Open("training times");
        return Tensor.Uniform([samples], RandomKey.For("training times", seed, step), firstSample).ToDoubles();
    }

    static double[] Place(NoiseSchedule schedule, double[] shares)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule is DiscreteNoiseSchedule discrete
            ? Array.ConvertAll(shares, share => Math.Min(Math.Floor(share * discrete.Steps), discrete.LastTime))
            : Array.ConvertAll(shares, share => share * schedule.LastTime);
    }
}
