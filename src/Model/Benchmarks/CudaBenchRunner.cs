using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Times workloads on a CUDA device by events: hot, the inputs of the last repetition still in the cache, and cold.</summary>
public sealed class CudaBenchRunner(CudaDevice device, CudaRoofs roofs, double seconds) : IDisposable
{
    const int WarmUps = 3;

    readonly CudaTimer _timer = new(device);

    /// <returns>One result hot, one cold.</returns>
    /// <exception cref="SutiException">An op of it cannot run there in that type.</exception>
    public IReadOnlyList<CudaBenchResult> Run(Workload workload, DType type)
    {
        ArgumentNullException.ThrowIfNull(workload);
        using var scope = TensorScope.Open(workload.Name);
        using var prepared = workload.Prepare(new(device, type));
        for (int i = 0; i < (device.IsEmulated ? 1 : WarmUps); i++)
            prepared.Run();
        var launches = _timer.Launches(prepared.Run);
        return [Result(isCold: false), Result(isCold: true)];

        CudaBenchResult Result(bool isCold)
        {
            double[] times = _timer.Measure(prepared.Run, isCold, seconds, least: device.IsEmulated ? 3 : 7);
            double median = times[times.Length / 2];
            var (least, roof) = roofs.Least(type, prepared.Flops, prepared.Bytes);
            return new(workload.Name, device.Name, type, isCold, median, times[times.Length / 10], times[times.Length * 9 / 10], times[0], times[^1],
                times.Length, prepared.Flops, prepared.Bytes, least > 0 ? roof : "", least / (median / 1e3), launches);
        }
    }

    public void Dispose() => _timer.Dispose();
}
