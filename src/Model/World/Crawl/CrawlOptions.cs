using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.World.Crawl;

/// <summary>What a drawn crawl is made of.</summary>
public sealed record CrawlOptions
{
    const int LargestPages = 10_000_000;

    public int Pages { get; init; } = 100;

    /// <summary>Of the pictures' sides, pixels, 32 to 512.</summary>
    public int Size { get; init; } = 64;

    /// <summary>0: every page is a clean cluster with true captions; 1: hardly any is. The rates are <see cref="NoiseRates"/>.</summary>
    public double Noise { get; init; } = 0.3;

    /// <summary>Share of the pages of one subject that show it in one place; null is that of <see cref="NoiseRates"/>.</summary>
    public double? OnePlace { get; init; }

    public WorldSplit Split { get; init; }

    public PoseRange Pose { get; init; } = PoseRange.Medium;

    /// <exception cref="SutiException">A number out of range.</exception>
    internal void Check()
    {
        Within("pages", Pages, 1, LargestPages);
        Within("size", Size, 32, SubjectWorld.LargestSize);
        Within("noise", Noise, 0, 1);
        Within("one place", OnePlace ?? 0, 0, 1);
    }

    static void Within(string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new SutiException("world", $"{name} is out of range", string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"),
                value.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Probabilities of what makes a crawl hard to mine, each proportional to the noise asked for.</summary>
/// <param name="MixedPage">A page whose pictures are of different subjects.</param>
/// <param name="SmallPage">A page with one or two pictures.</param>
/// <param name="Foreign">A picture on a page of one subject that shows something else.</param>
/// <param name="Duplicate">A picture that is nearly the one before it.</param>
/// <param name="UselessText">A text that says nothing.</param>
/// <param name="WrongText">A text about another picture.</param>
/// <param name="OnePlace">A page of one subject whose pictures are all taken in one place.</param>
public readonly record struct NoiseRates(double MixedPage, double SmallPage, double Foreign, double Duplicate, double UselessText,
    double WrongText, double OnePlace)
{
    public static NoiseRates Of(double noise)
        => new(noise * 0.5, noise * 0.3, noise * 0.3, noise * 0.3, noise * 0.5, noise * 0.15, noise * 0.7);
}
