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
        return Interval(values.Count, draws, seed, chosen => Mean(values, chosen), nameof(values));
    }

    /// <summary>The quotient of two means over the same subjects, which are drawn together.</summary>
    /// <inheritdoc cref="Mean(IReadOnlyList{double}, int, ulong)"/>
    public static MeanInterval Ratio(IReadOnlyList<double> above, IReadOnlyList<double> below, int draws = 2000, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(above);
        ArgumentNullException.ThrowIfNull(below);
        ArgumentOutOfRangeException.ThrowIfNotEqual(below.Count, above.Count);
        return Interval(above.Count, draws, seed, chosen => Mean(above, chosen) / Mean(below, chosen), nameof(above));
    }

    static double Mean(IReadOnlyList<double> values, int[] chosen)
    {
        double sum = 0;
        foreach (int i in chosen)
            sum += values[i];
        return sum / chosen.Length;
    }

    static MeanInterval Interval(int count, int draws, ulong seed, Func<int[], double> statistic, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 40);
        if (count == 0)
            throw new ArgumentException("There is no value.", name);
        double[] drawn = new double[draws];
        int[] chosen = [.. Enumerable.Range(0, count)];
        double whole = statistic(chosen);
        for (int draw = 0; draw < draws; draw++)
        {
            var random = WorldRandom.For(RandomKey.For("bootstrap", seed), (ulong)draw);
            for (int i = 0; i < count; i++)
                chosen[i] = random.Below(count);
            drawn[draw] = statistic(chosen);
        }
        Array.Sort(drawn);
        int outside = (int)Math.Round(draws * 0.025);
        return new(whole, drawn[outside], drawn[draws - 1 - outside], count);
    }
}
