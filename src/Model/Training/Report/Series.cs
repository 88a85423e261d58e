namespace SuTI.Model.Training;

/// <summary>One metric over the steps of a run, gathered into few enough points to draw.</summary>
sealed class Series(string name, int lastStep)
{
    // About the width of a chart in pixels.
    const int Buckets = 560;

    readonly SeriesPoint?[] _buckets = new SeriesPoint?[Buckets];

    internal string Name => name;

    internal double Latest { get; private set; } = double.NaN;

    /// <summary>What the points span, finite values alone.</summary>
    internal IReadOnlyList<SeriesPoint> Points => [.. _buckets.OfType<SeriesPoint>()];

    /// <summary>Mean of all finite values.</summary>
    internal double Mean => Points is { Count: > 0 } points ? points.Sum(point => point.Sum) / points.Sum(point => point.Count)
        : double.NaN;

    internal void Add(int step, double value)
    {
        Latest = value;
        if (!double.IsFinite(value))
            return;
        int bucket = (int)Math.Clamp((long)step * Buckets / Math.Max(1, lastStep + 1L), 0, Buckets - 1);
        _buckets[bucket] = _buckets[bucket] is { } point
            ? new(step, point.Sum + value, point.Count + 1, Math.Min(point.Least, value), Math.Max(point.Most, value))
            : new(step, value, 1, value, value);
    }
}

/// <summary>The values of some neighbouring steps.</summary>
/// <param name="Step">The last of them.</param>
readonly record struct SeriesPoint(int Step, double Sum, int Count, double Least, double Most)
{
    internal double Mean => Sum / Count;
}
