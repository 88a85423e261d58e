using System.Diagnostics;

namespace SuTI.Engine;

/// <summary>All calls of one op, forward or backward.</summary>
/// <param name="Op">The op; what is launched outside of ops stands under its scope.</param>
/// <param name="HostMilliseconds">On the host, without the ops inside it.</param>
/// <param name="DeviceMilliseconds">Of the kernels that it asked for.</param>
public sealed record OpTotal(string Op, bool IsBackward, int Calls, double HostMilliseconds, double DeviceMilliseconds);

/// <summary>All launches of one kernel.</summary>
public sealed record KernelTotal(string Kernel, int Calls, double Milliseconds);

/// <summary>
/// Listens to ops, kernels and memory from <see cref="Start"/> to <see cref="Stop"/>: what ran when, on the host and on each stream.
/// </summary>
public sealed class Profile : IDisposable
{
    // Above this many spans the trace could not be shown any more; what comes later is left out of it, not of the tables.
    const int MostSpans = 1 << 20;

    readonly LaunchRecorder _launches;
    readonly ThreadLocal<Stack<(string Name, long Begin)>> _open = new(() => new());
    readonly ThreadLocal<Stack<(long Begin, TimeSpan Elapsed)>> _finished = new(() => new());
    readonly Dictionary<(string, bool), OpTally> _ops = [];
    readonly List<HostSpan> _spans = [];
    readonly List<(OpRecord Op, long Begin, long End, int Thread)> _calls = [];
    readonly Lock _lock = new();
    readonly Action<OpRecord> _listener;
    bool _stopped;

    Profile()
    {
        Origin = Stopwatch.GetTimestamp();
        _launches = new(Origin);
        Memory = new(Origin);
        _listener = Hear;
    }

    /// <summary>When it began, in ticks of the stopwatch.</summary>
    internal long Origin { get; }

    internal MemoryTimeline Memory { get; }

    internal IReadOnlyList<LaunchRecord> Launches => _launches.Done;

    internal IReadOnlyList<HostSpan> Spans => _spans;

    /// <summary>What the device and the host did for each op, the longest first.</summary>
    public IReadOnlyList<OpTotal> Ops { get; private set; } = [];

    /// <summary>The longest first.</summary>
    public IReadOnlyList<KernelTotal> Kernels { get; private set; } = [];

    /// <summary>Of every device that was used.</summary>
    public IReadOnlyList<MemoryPeak> Peaks => Memory.Peaks;

    /// <summary>Begins; one profile at a time. Ops are heard of on the calling thread.</summary>
    /// <exception cref="SutiException">Another profile is running.</exception>
    public static Profile Start()
    {
        if (Ranges.Profile is not null)
            throw new SutiException("profile", "runs one at a time");
        var profile = new Profile();
        Ranges.Profile = profile;
        LaunchRecorder.Active = profile._launches;
        MemoryTimeline.Active = profile.Memory;
        OpObserver.Add(profile._listener);
        return profile;
    }

    /// <summary>Waits for the devices and adds up. The results stay.</summary>
    public void Stop()
    {
        if (_stopped)
            return;
        _stopped = true;
        OpObserver.Remove(_listener);
        LaunchRecorder.Active = null;
        MemoryTimeline.Active = null;
        Ranges.Profile = null;
        _launches.Release();
        Attribute();
        Ops = [.. _ops.Select(op => new OpTotal(op.Key.Item1, op.Key.Item2, op.Value.Calls, op.Value.Host, op.Value.Device))
            .OrderByDescending(op => Math.Max(op.DeviceMilliseconds, op.HostMilliseconds))];
        Kernels = [.. Launches.GroupBy(launch => launch.Name)
            .Select(group => new KernelTotal(group.Key, group.Count(), group.Sum(launch => launch.Milliseconds)))
            .OrderByDescending(kernel => kernel.Milliseconds)];
    }

    /// <summary>Writes what Perfetto and chrome://tracing show: a lane for the host, one for each stream, and memory.</summary>
    public void WriteTrace(string file) => TraceWriter.Write(this, file);

    public void Dispose()
    {
        Stop();
        _open.Dispose();
        _finished.Dispose();
    }

    internal void Push(string name) => _open.Value!.Push((name, Stopwatch.GetTimestamp()));

    internal void Pop()
    {
        // A scope that was open before the profile began is not in the stack.
        if (!_open.Value!.TryPop(out var span))
            return;
        lock (_lock)
        {
            if (_spans.Count < MostSpans)
                _spans.Add(new(span.Name, span.Begin, Stopwatch.GetTimestamp(), Environment.CurrentManagedThreadId));
        }
    }

    void Hear(OpRecord op)
    {
        long end = Stopwatch.GetTimestamp(), begin = op.Began;
        var inside = TimeSpan.Zero;
        var finished = _finished.Value!;
        while (finished.TryPeek(out var last) && last.Begin >= begin)
            inside += finished.Pop().Elapsed;
        finished.Push((begin, op.Elapsed));
        var tally = Tally(op.Name, op.IsBackward);
        tally.Calls++;
        tally.Host += (op.Elapsed - inside).TotalMilliseconds;
        _calls.Add((op, begin, end, Environment.CurrentManagedThreadId));
    }

    // An op that ran inside another has ended before it: the first call that holds a launch is the innermost.
    void Attribute()
    {
        var launches = Launches.OrderBy(launch => launch.Asked).ToList();
        foreach (var (op, begin, end, thread) in _calls)
        {
            for (int i = FirstFrom(launches, begin); i < launches.Count && launches[i].Asked <= end; i++)
            {
                var launch = launches[i];
                if (launch.Op is not null || launch.Thread != thread)
                    continue;
                launch.Op = op.Name;
                launch.IsBackward = op.IsBackward;
            }
        }
        foreach (var launch in launches)
        {
            var tally = Tally(launch.Op ?? launch.Scope, launch.IsBackward);
            tally.Device += launch.Milliseconds;
            tally.Calls += launch.Op is null ? 1 : 0;
        }
    }

    static int FirstFrom(List<LaunchRecord> launches, long time)
    {
        int low = 0, high = launches.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (launches[middle].Asked < time)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    OpTally Tally(string op, bool isBackward)
    {
        if (!_ops.TryGetValue((op, isBackward), out var tally))
            _ops.Add((op, isBackward), tally = new());
        return tally;
    }

    sealed class OpTally
    {
        internal int Calls { get; set; }

        internal double Host { get; set; }

        internal double Device { get; set; }
    }
}

/// <summary>A scope of the host as it was open.</summary>
readonly record struct HostSpan(string Name, long Begin, long End, int Thread);
