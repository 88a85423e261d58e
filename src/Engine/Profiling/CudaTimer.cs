using System.Diagnostics;
using System.Globalization;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>Times work of one device by events on its stream.</summary>
/// <remarks>
/// Each repetition stands behind a kernel that keeps the device busy while the host queues it: what is measured is the device's
/// time, also of work that the host takes longer to ask for than the device to do.
/// </remarks>
public sealed class CudaTimer : IDisposable
{
    const int Batch = 16;

    // Of one dependent multiply-add, at clocks near 1.8 GHz; half or twice of it only makes the lead shorter or longer.
    const double LeadStepMilliseconds = 2.2e-6;
    const double MostLead = 5;

    readonly CudaDevice _device;
    readonly (CudaEvent Begin, CudaEvent End)[] _events = new (CudaEvent, CudaEvent)[Batch];
    readonly Storage _flush;

    public CudaTimer(CudaDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
        for (int i = 0; i < Batch; i++)
            _events[i] = (new(device.Driver, timed: true), new(device.Driver, timed: true));
        // Twice the cache, so that nothing of what was there stays; the emulated device has none.
        _flush = device.Allocate(device.IsEmulated ? 1 << 16 : 2 * device.L2Bytes, "workspace");
    }

    /// <summary>Milliseconds of each repetition, sorted.</summary>
    /// <param name="cold">Whether the second-level cache is flushed before each.</param>
    /// <param name="seconds">Time to spend.</param>
    public double[] Measure(Action run, bool cold, double seconds, int least = 7, int most = 2000)
    {
        ArgumentNullException.ThrowIfNull(run);
        _device.Synchronize();
        long asked = Stopwatch.GetTimestamp();
        run();
        double lead = Math.Min(MostLead, (1.5 * Stopwatch.GetElapsedTime(asked).TotalMilliseconds) + 0.02);
        _device.Synchronize();
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < least || (times.Count < most && Stopwatch.GetElapsedTime(start).TotalSeconds < seconds))
        {
            int count = Math.Min(Batch, Math.Max(least - times.Count, 1));
            for (int i = 0; i < count; i++)
            {
                if (cold)
                    _device.Stream.Set(_flush.Address, (byte)times.Count, _flush.Bytes);
                Lead(lead);
                _events[i].Begin.Record(_device.Stream);
                run();
                _events[i].End.Record(_device.Stream);
            }
            for (int i = 0; i < count; i++)
            {
                _events[i].End.Synchronize();
                times.Add(_events[i].End.Since(_events[i].Begin));
            }
        }
        times.Sort();
        return [.. times];
    }

    /// <summary>Bytes a second that a copy of <paramref name="bytes"/> reads and writes together.</summary>
    public double CopyRate(long bytes, double seconds)
    {
        Storage from = _device.Allocate(bytes, "workspace"), to = _device.Allocate(bytes, "workspace");
        try
        {
            double[] times = Measure(() => _device.Stream.Copy(from.Address, to.Address, bytes), cold: false, seconds);
            return 2.0 * bytes / (times[times.Length / 2] / 1e3);
        }
        finally
        {
            from.Release();
            to.Release();
        }
    }

    /// <summary>The kernels of one repetition, the longest first.</summary>
    public IReadOnlyList<LaunchReport> Launches(Action run)
    {
        ArgumentNullException.ThrowIfNull(run);
        // Apart from a profile that may be running.
        var (recorder, outer) = (new LaunchRecorder(Stopwatch.GetTimestamp()), LaunchRecorder.Active);
        LaunchRecorder.Active = recorder;
        try
        {
            run();
        }
        finally
        {
            LaunchRecorder.Active = outer;
            recorder.Release();
        }
        return [.. recorder.Done.GroupBy(launch => launch.Name).Select(group => Report([.. group]))
            .OrderByDescending(report => report.Milliseconds)];
    }

    public void Dispose()
    {
        foreach (var (begin, end) in _events)
        {
            begin.Dispose();
            end.Dispose();
        }
        _flush.Release();
    }

    void Lead(double milliseconds)
    {
        int steps = _device.IsEmulated ? 1 : (int)(milliseconds / LeadStepMilliseconds);
        _device.Kernel("bench/lead.cu", "lead", $"").Launch(_device.Stream, new(1), 1, 0, _flush.Address, steps, 0.5f);
    }

    LaunchReport Report(List<LaunchRecord> launches)
    {
        var longest = launches.MaxBy(launch => launch.Milliseconds)!;
        double milliseconds = launches.Sum(launch => launch.Milliseconds);
        if (longest.Kernel is not { } kernel)
            return new(longest.Name, launches.Count, milliseconds, 0, 0, 0, 0, "", "", 0, "");
        int shared = longest.Shared + kernel.StaticShared;
        int blocks = kernel.ActiveBlocks(longest.Threads, longest.Shared);
        var (_, limit) = _device.Multiprocessor.Fit(longest.Threads, kernel.Registers, shared);
        return new(longest.Name, launches.Count, milliseconds, kernel.Registers, shared, kernel.SpillBytes,
            (double)blocks * longest.Threads / _device.Multiprocessor.Threads, limit,
            string.Create(CultureInfo.InvariantCulture, $"{longest.Grid.X}x{longest.Grid.Y}x{longest.Grid.Z}"), longest.Threads,
            kernel.Compiled is { } compiled ? KernelInventory.HashOf(compiled.Cubin) : "");
    }
}
