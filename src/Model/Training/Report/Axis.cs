using System.Globalization;

namespace SuTI.Model.Training;

/// <summary>A chart's axis: from values to places, and where its marks stand.</summary>
sealed class Axis
{
    // From here on the small values of a falling curve would lie on the ground.
    const double LogarithmicFrom = 100;

    readonly bool _isLogarithmic;
    readonly double _low, _high;

    Axis(double low, double high, bool isLogarithmic, IReadOnlyList<double> marks)
        => (_low, _high, _isLogarithmic, Marks) = (low, high, isLogarithmic, marks);

    internal IReadOnlyList<double> Marks { get; }

    internal bool IsLogarithmic => _isLogarithmic;

    /// <summary>An axis that shows both values.</summary>
    internal static Axis Of(double least, double most, int marks, bool mayBeLogarithmic)
    {
        if (mayBeLogarithmic && least > 0 && most / least >= LogarithmicFrom)
        {
            int first = (int)Math.Floor(Math.Log10(least)), last = (int)Math.Ceiling(Math.Log10(most));
            int every = Math.Max(1, (int)Math.Ceiling((last - first) / (double)marks));
            return new(first, last, true, [.. Enumerable.Range(0, ((last - first) / every) + 1).Select(i => Math.Pow(10, first + (i * every)))]);
        }
        if (most - least <= 1e-12 * Math.Max(Math.Abs(least), Math.Abs(most)))
        {
            double half = least == 0 ? 1 : Math.Abs(least) / 2;
            (least, most) = (least - half, most + half);
        }
        double step = Step((most - least) / marks);
        double low = Math.Floor(least / step) * step, high = Math.Ceiling(most / step) * step;
        int count = (int)Math.Round((high - low) / step);
        return new(low, high, false, [.. Enumerable.Range(0, count + 1).Select(i => low + (i * step))]);
    }

    /// <summary>Between 0 at the low end and 1 at the high end.</summary>
    internal double Place(double value) => ((_isLogarithmic ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>A number as short as it can be: 0.25, 12k, 1e−6.</summary>
    internal static string Label(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            < 1e-300 => "0",
            < 1e-3 or >= 1e9 => Mantissa(value),
            >= 1e6 => Text(value / 1e6, "0.###") + "M",
            >= 1e4 => Text(value / 1e3, "0.###") + "k",
            _ => Text(value, "0.####"),
        };
    }

    static string Mantissa(double value) => value.ToString("0.##e-0", CultureInfo.InvariantCulture).Replace('-', '−');

    static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');

    // 1, 2 or 5 times a power of ten.
    static double Step(double atLeast)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        double share = atLeast / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }
}
