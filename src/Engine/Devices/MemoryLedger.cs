using System.Globalization;
using System.Text;

namespace SuTI.Engine;

/// <summary>Counts the buffers of one device. Nothing is estimated: every block in and out passes here.</summary>
public sealed class MemoryLedger
{
    readonly Lock _lock = new();
    readonly HashSet<Storage> _live = [];

    /// <summary>Buffers in use.</summary>
    public int LiveBuffers
    {
        get
        {
            lock (_lock)
                return _live.Count;
        }
    }

    /// <summary>Bytes asked for and in use.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>Most bytes in use at once since <see cref="ResetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes taken from the system, in use or cached.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>How often memory was taken from the system; a warm training step leaves it unchanged.</summary>
    public long SystemAllocations { get; private set; }

    /// <summary>Most bytes that may be taken from the system; beyond it allocation fails as if memory had run out.</summary>
    public long Limit { get; set; } = long.MaxValue;

    public void ResetPeak() => PeakBytes = LiveBytes;

    /// <summary>The largest live buffers, one a line: bytes and the scope they were born in.</summary>
    public string Describe(int most = 10)
    {
        Storage[] largest;
        lock (_lock)
            largest = [.. _live.OrderByDescending(s => s.Bytes).Take(most)];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{LiveBuffers} buffers of {LiveBytes:N0} bytes live, {ReservedBytes:N0} bytes reserved");
        foreach (var storage in largest)
            text.Append(CultureInfo.InvariantCulture, $"\n  {storage.Bytes,15:N0} bytes from {storage.Origin}");
        return text.ToString();
    }

    internal Storage[] Live()
    {
        lock (_lock)
            return [.. _live];
    }

    internal void Add(Storage storage)
    {
        lock (_lock)
        {
            _live.Add(storage);
            LiveBytes += storage.Bytes;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
        }
        MemoryTimeline.Active?.Born(storage);
    }

    internal void Remove(Storage storage)
    {
        lock (_lock)
        {
            if (!_live.Remove(storage))
                throw new LifetimeException("memory ledger", "a buffer was freed twice", null, storage.Origin);
            LiveBytes -= storage.Bytes;
        }
        MemoryTimeline.Active?.Freed(storage);
    }

    /// <summary>Whether <paramref name="bytes"/> more may be taken from the system.</summary>
    internal bool Admits(long bytes) => ReservedBytes + bytes <= Limit;

    internal void Reserve(long bytes)
    {
        lock (_lock)
        {
            ReservedBytes += bytes;
            if (bytes > 0)
                SystemAllocations++;
        }
    }
}
