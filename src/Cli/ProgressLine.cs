using System.Diagnostics;
using System.Globalization;

namespace SuTI.Cli;

/// <summary>
/// How far work is, and how long it will take, on the error stream: one line that is written over on a terminal, elsewhere a
/// line for every tenth.
/// </summary>
sealed class ProgressLine(string what)
{
    const double Interval = 0.2;

    readonly long _begun = Stopwatch.GetTimestamp();
    readonly bool _isTerminal = !Console.IsErrorRedirected;
    double _lastShown = double.NegativeInfinity;
    long _lastTenth;
    int _width;

    internal void Show(long done, long total, string? rest = null)
    {
        double seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        long tenth = total <= 0 ? 0 : done * 10 / total;
        if (_isTerminal ? seconds - _lastShown < Interval && done < total : tenth == _lastTenth)
            return;
        (_lastShown, _lastTenth) = (seconds, tenth);
        string left = done == 0 || done >= total ? "" : $", {Duration(seconds / done * (total - done))} left";
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{what} {done}/{total}, {Duration(seconds)}{left}{(rest is null ? "" : $", {rest}")}");
        if (!_isTerminal)
        {
            Console.Error.WriteLine(line);
            return;
        }
        Console.Error.Write($"\r{line.PadRight(_width)}");
        _width = line.Length;
    }

    /// <summary>Makes room for other lines.</summary>
    internal void Clear()
    {
        if (_isTerminal && _width > 0)
            Console.Error.Write($"\r{new string(' ', _width)}\r");
        _width = 0;
    }

    internal static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Min(Math.Ceiling(seconds), 359_999));
        return time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
    }
}
