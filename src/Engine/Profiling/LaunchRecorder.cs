using System.Diagnostics;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>
/// Times everything that is put into streams by an event before and one behind. What is captured into a graph is not timed; the
/// launch of the graph is.
/// </summary>
/// <remarks>While none is active a launch costs one read of a field. Times are fetched in large batches: only then does the host wait.</remarks>
sealed class LaunchRecorder(long origin)
{
    const int MostPending = 4096;

    readonly Lock _lock = new();
    readonly Dictionary<nint, (CudaEvent Event, double Milliseconds)> _bases = [];
    readonly Stack<CudaEvent> _free = new();
    readonly List<(LaunchRecord Record, CudaEvent Begin, CudaEvent End)> _pending = [];
    readonly List<LaunchRecord> _done = [];

    /// <summary>Who listens to all streams; null if nobody does.</summary>
    internal static LaunchRecorder? Active { get; set; }

    /// <summary>What has run so far, in the order asked for.</summary>
    internal IReadOnlyList<LaunchRecord> Done => _done;

    /// <returns>Null while the stream is being captured.</returns>
    internal CudaEvent? Begin(CudaStream stream)
    {
        lock (_lock)
        {
            if (stream.IsCapturing)
                return null;
            if (_pending.Count >= MostPending)
                Fetch();
            if (!_bases.ContainsKey(stream.Handle))
                _bases.Add(stream.Handle, Base(stream));
            var begin = Take(stream);
            begin.Record(stream);
            return begin;
        }
    }

    internal void End(CudaStream stream, CudaEvent begin, string name, CudaKernel? kernel = null, Grid grid = default, int threads = 0, int shared = 0)
    {
        lock (_lock)
        {
            var end = Take(stream);
            end.Record(stream);
            _pending.Add((new(name, kernel, grid, threads, shared, TensorScope.Current?.Name ?? "no scope", Environment.CurrentManagedThreadId,
                Stopwatch.GetTimestamp(), stream.Handle), begin, end));
        }
    }

    /// <summary>Waits for what was asked for, and takes its times.</summary>
    internal void Fetch()
    {
        lock (_lock)
        {
            foreach (var (record, begin, end) in _pending)
            {
                end.Synchronize();
                var (start, milliseconds) = _bases[record.Stream];
                record.Start = milliseconds + begin.Since(start);
                record.Milliseconds = end.Since(begin);
                _done.Add(record);
                _free.Push(begin);
                _free.Push(end);
            }
            _pending.Clear();
        }
    }

    internal void Release()
    {
        Fetch();
        foreach (var (start, _) in _bases.Values)
            start.Dispose();
        _bases.Clear();
        while (_free.TryPop(out var free))
            free.Dispose();
    }

    // A point that both clocks know.
    (CudaEvent Event, double Milliseconds) Base(CudaStream stream)
    {
        var start = new CudaEvent(stream.Driver, timed: true);
        stream.Synchronize();
        start.Record(stream);
        start.Synchronize();
        return (start, Stopwatch.GetElapsedTime(origin).TotalMilliseconds);
    }

    CudaEvent Take(CudaStream stream) => _free.TryPop(out var free) ? free : new(stream.Driver, timed: true);
}
