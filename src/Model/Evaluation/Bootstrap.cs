using SuTI.Engine;
using SuTI.Model.World;

namespace SuTI.Model.Evaluation;

/// <summary>A mean with an interval that holds it with 95 % confidence.</summary>
/// <param name="Count">Of the values that the mean is of.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High, int Count);

/// <summary>Intervals by drawing the values again, with repeats (Efron 1979, percentile method).</summary>
public static class Bootstrap
{
    /// <param name="values">One for each subject: the pictures of one subject are not independent of each other.</param>
    /// <param name="draws">More make the bounds steadier.</param>
    /// <param name="seed">The same seed gives the same bounds.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static MeanInterval Mean(IReadOnlyList<double> values, int draws = 2000, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 40);
        if (values.Count == 0)
            throw new ArgumentException("There is no value.", nameof(values));
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++)
        {
            var random = WorldRandom.For(RandomKey.For("bootstrap", seed), (ulong)draw);
            double sum = 0;
            for (int i = 0; i < values.Count; i++)
                sum += values[random.Below(values.Count)];
            means[draw] = sum / values.Count;
        }
        Array.Sort(means);
        int outside = (int)Math.Round(draws * 0.025);
        return new(values.Average(), means[outside], means[draws - 1 - outside], values.Count);
    }
}
