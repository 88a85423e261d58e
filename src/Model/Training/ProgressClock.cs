namespace SuTI.Model.Training;

/// <summary>How long steps take, what that comes to, and when time is up.</summary>
sealed class ProgressClock(TimeProvider time, double? minutes)
{
    // Of each new interval in the mean: the last twenty or so count.
    const double Share = 0.05;

    readonly long _start = time.GetTimestamp();
    long _latest = time.GetTimestamp(), _checkpoint = time.GetTimestamp();
    double? _mean;

    /// <summary>Of this invocation.</summary>
    internal TimeSpan Elapsed => time.GetElapsedTime(_start);

    internal bool IsUp => minutes is { } limit && Elapsed.TotalMinutes >= limit;

    internal double MinutesSinceCheckpoint => time.GetElapsedTime(_checkpoint).TotalMinutes;

    internal void CheckpointWritten() => _checkpoint = time.GetTimestamp();

    /// <summary>Between steps: what lies between them, such as checkpoints, counts too.</summary>
    internal void StepMade()
    {
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_latest, now).TotalSeconds;
        _latest = now;
        _mean = _mean is { } mean ? mean + (Share * (seconds - mean)) : seconds;
    }

    internal TimeSpan Remaining(int steps)
    {
        double seconds = steps * (_mean ?? 0);
        if (minutes is { } limit)
            seconds = Math.Clamp((limit * 60) - Elapsed.TotalSeconds, 0, seconds);
        return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
    }
}
