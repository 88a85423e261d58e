using SuTI.Kernels;

namespace SuTI.Engine.Catalogue;

/// <summary>
/// Rounds the result of every op and every gradient of this thread to a half type, though they stay f32: what the plain
/// composition of ops in that type would compute. The measure for fused half-precision kernels.
/// </summary>
static class ResultRounding
{
    [ThreadStatic]
    static DType? s_type;

    internal static bool IsActive => s_type is not null;

    /// <summary>Rounds until the result is disposed.</summary>
    internal static Restore To(DType type)
    {
        s_type = type;
        return default;
    }

    internal static double Round(double value, DType type) => type switch
    {
        DType.BFloat16 => (float)(BFloat16)(float)value,
        DType.Float16 => (double)(Half)(float)value,
        _ => (float)value,
    };

    /// <summary>In place: rounded values round to themselves, so what a view shares is rounded once.</summary>
    internal static void Apply(Tensor tensor)
    {
        if (tensor.DType != DType.Float32 || !tensor.IsContiguous || tensor.Device is not CpuDevice)
            return;
        foreach (ref float value in tensor.Span<float>())
            value = (float)Round(value, s_type!.Value);
    }

    internal readonly ref struct Restore
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "Dispose is an instance method.")]
        public void Dispose() => s_type = null;
    }
}
