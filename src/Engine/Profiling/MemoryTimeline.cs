using System.Diagnostics;

namespace SuTI.Engine;

/// <summary>What memory is for.</summary>
public enum MemoryCategory
{
    Parameters,

    /// <summary>Of parameters and of activations: all that is born inside a backward walk.</summary>
    Gradients,
    OptimizerState,

    /// <summary>Results of ops, and what ops hold while they run.</summary>
    Activations,

    /// <summary>Packed weights, staging, and scratch that libraries use.</summary>
    Workspace,
}

/// <summary>The most bytes that a device had in use at once while a profile ran.</summary>
/// <param name="Milliseconds">Since the profile began.</param>
/// <param name="ByCategory">Bytes of each category at that moment, in its order.</param>
public sealed record MemoryPeak(string Device, long Bytes, double Milliseconds, IReadOnlyList<long> ByCategory);

/// <summary>Bytes in use by category, change by change.</summary>
sealed class MemoryTimeline
{
    internal const int Categories = 5;

    const int MostSamples = 1 << 20;

    readonly long _origin;
    readonly Lock _lock = new();
    readonly Dictionary<Storage, MemoryCategory> _known = [];
    readonly Dictionary<Device, Track> _tracks = [];

    /// <param name="origin">When the profile began, in ticks of the stopwatch.</param>
    internal MemoryTimeline(long origin)
    {
        _origin = origin;
        foreach (var device in Device.Known)
        {
            foreach (var storage in device.Memory.Live())
                Change(storage, isBorn: true, inBackward: false);
        }
    }

    /// <summary>Who hears of every buffer; null if nobody does.</summary>
    internal static MemoryTimeline? Active { get; set; }

    internal IReadOnlyList<MemoryPeak> Peaks
    {
        get
        {
            lock (_lock)
                return [.. _tracks.Select(t => new MemoryPeak(t.Key.Name, t.Value.Peak.Bytes.Sum(), t.Value.Peak.Milliseconds, t.Value.Peak.Bytes))];
        }
    }

    internal IEnumerable<(string Device, IReadOnlyList<(double Milliseconds, long[] Bytes)> Samples)> Samples
        => _tracks.Select(t => (t.Key.Name, (IReadOnlyList<(double, long[])>)t.Value.Samples));

    internal void Born(Storage storage) => Change(storage, isBorn: true, TensorScope.Current?.IsWithin("backward") ?? false);

    internal void Freed(Storage storage) => Change(storage, isBorn: false, inBackward: false);

    /// <summary>What a buffer is for, told from where it was born.</summary>
    internal static MemoryCategory Classify(string origin, bool inBackward)
        => origin.StartsWith("parameter ", StringComparison.Ordinal) ? MemoryCategory.Parameters
            : origin.StartsWith("optimizer ", StringComparison.Ordinal) ? MemoryCategory.OptimizerState
            : origin is "derived" or "workspace" ? MemoryCategory.Workspace
            : inBackward || origin.StartsWith("gradient", StringComparison.Ordinal) ? MemoryCategory.Gradients
            : MemoryCategory.Activations;

    void Change(Storage storage, bool isBorn, bool inBackward)
    {
        lock (_lock)
        {
            MemoryCategory category;
            if (isBorn)
                _known[storage] = category = Classify(storage.Origin, inBackward);
            else if (!_known.Remove(storage, out category))
                return;
            if (!_tracks.TryGetValue(storage.Device, out var track))
                _tracks.Add(storage.Device, track = new());
            track.Now[(int)category] += isBorn ? storage.Bytes : -storage.Bytes;
            double time = Stopwatch.GetElapsedTime(_origin).TotalMilliseconds;
            if (track.Now.Sum() > track.Peak.Bytes.Sum())
                track.Peak = (time, [.. track.Now]);
            if (track.Samples.Count < MostSamples)
                track.Samples.Add((time, [.. track.Now]));
        }
    }

    sealed class Track
    {
        internal long[] Now { get; } = new long[Categories];

        internal (double Milliseconds, long[] Bytes) Peak { get; set; } = (0, new long[Categories]);

        internal List<(double Milliseconds, long[] Bytes)> Samples { get; } = [];
    }
}
