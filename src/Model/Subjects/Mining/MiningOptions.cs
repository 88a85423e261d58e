using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Mining;

/// <summary>What makes a page's pictures a cluster. The defaults are SuTI's (Chen et al. 2023, section 3.1) where it says them.</summary>
public sealed record MiningOptions
{
    /// <summary>The least mean cosine of a cluster's pairs: below it pictures show different things.</summary>
    public double Low { get; init; } = 0.82;

    /// <summary>The greatest: above it they are nearly one picture.</summary>
    public double High { get; init; } = 0.98;

    /// <summary>The fewest pictures of a cluster.</summary>
    public int Fewest { get; init; } = 3;

    /// <summary>The most; those behind are left out.</summary>
    public int Most { get; init; } = 10;

    /// <summary>Two pictures whose <see cref="PerceptualHash"/> differs in at most so many of 64 bits are one; -1 takes none for that.</summary>
    public int NearBits { get; init; } = 12;

    /// <summary>Two pictures with at least this cosine are one, whatever their hashes say; above 1 takes none for that.</summary>
    public double NearCosine { get; init; } = 0.99;

    /// <summary>
    /// A picture whose mean cosine to the others is below this is left out, the worst first, while more than <see cref="Fewest"/> are
    /// there; null, as in the paper, leaves none out.
    /// </summary>
    public double? Outlier { get; init; }

    /// <exception cref="SutiException">A number out of range.</exception>
    internal void Check()
    {
        Within("low", Low, -1, 1);
        Within("high", High, Low, 1.01);
        Within("fewest", Fewest, 2, 1000);
        Within("most", Most, Fewest, 1000);
        Within("near bits", NearBits, -1, 64);
        Within("near cosine", NearCosine, -1, 2);
        Within("outlier", Outlier ?? 0, -1, 1);
    }

    internal string Settings(string crawl, string model) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"crawl":"{{crawl}}","clip":"{{model}}","low":{{Low}},"high":{{High}},"fewest":{{Fewest}},"most":{{Most}},"near_bits":{{NearBits}},"near_cosine":{{NearCosine}},"outlier":{{(Outlier is { } bound ? bound.ToString(CultureInfo.InvariantCulture) : "null")}}}""");

    static void Within(string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new SutiException("mining", $"{name} is out of range", string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"),
                value.ToString(CultureInfo.InvariantCulture));
    }
}
