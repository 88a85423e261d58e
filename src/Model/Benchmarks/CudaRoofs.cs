using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>What this device does at best, measured: the denominators of every percentage.</summary>
/// <param name="CopyBytesPerSecond">Read and written together, by the driver's own copy.</param>
/// <param name="Products">Floating-point operations a second of a large matrix product, by type; a type without one is not there.</param>
public sealed record CudaRoofs(double CopyBytesPerSecond, IReadOnlyDictionary<DType, double> Products)
{
    const int Side = 8192, TinySide = 64;
    const long CopyBytes = 1L << 30, TinyCopyBytes = 1L << 20;

    /// <param name="tiny">Sizes that take no time and say nothing.</param>
    public static CudaRoofs Measure(CudaDevice device, bool tiny, double seconds, params IEnumerable<DType> types)
    {
        ArgumentNullException.ThrowIfNull(device);
        using var timer = new CudaTimer(device);
        double copy = timer.CopyRate(tiny ? TinyCopyBytes : CopyBytes, seconds);
        var products = new Dictionary<DType, double>();
        foreach (var type in types)
        {
            if (Product(device, timer, tiny ? TinySide : Side, type, seconds) is { } rate)
                products[type] = rate;
        }
        return new(copy, products);
    }

    /// <summary>Seconds that work takes at least here, and which roof that is; 0 if neither is known.</summary>
    internal (double Seconds, string Roof) Least(DType type, double flops, double bytes)
    {
        double memory = bytes / CopyBytesPerSecond, compute = Products.TryGetValue(type, out double rate) ? flops / rate : 0;
        return memory >= compute ? (memory, "memory") : (compute, "compute");
    }

    static double? Product(CudaDevice device, CudaTimer timer, int side, DType type, double seconds)
    {
        using var scope = TensorScope.Open("roof");
        try
        {
            var place = new BenchPlace(device, type);
            Tensor a = Inputs.Normal(place, 1, side, side), b = Inputs.Normal(place, 2, side, side);
            double[] times = timer.Measure(Inputs.Once(() => a.MatMul(b)), cold: false, seconds);
            return 2.0 * side * side * side / (times[times.Length / 2] / 1e3);
        }
        catch (SutiException)
        {
            return null; // no cuBLASLt here
        }
    }
}
