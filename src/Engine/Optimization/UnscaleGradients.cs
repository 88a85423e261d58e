namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>Divides contiguous gradients of one type by an f32 number; counts[0] (i32) becomes more than 0 if one is not finite.</summary>
    internal abstract void UnscaleGradients(ReadOnlySpan<Tensor> gradients, Tensor scale, Tensor counts);

    /// <summary>PyTorch's rule; counts: found, steps since the scale changed, steps left out.</summary>
    internal abstract void UpdateLossScale(Tensor scale, Tensor counts, double growth, double backoff, int interval);
}

public sealed partial class CpuDevice
{
    internal override void UnscaleGradients(ReadOnlySpan<Tensor> gradients, Tensor scale, Tensor counts)
    {
        float factor = 1 / scale.Span<float>()[0];
        foreach (var gradient in gradients)
        {
            bool finite = gradient.DType == DType.Float64 ? Run(gradient.Span<double>(), factor) : Run(gradient.Span<float>(), factor);
            if (!finite)
                counts.Span<int>()[0]++;
        }

        static bool Run<T>(Span<T> values, float factor) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            bool finite = true;
            foreach (ref T value in values)
            {
                value *= T.CreateTruncating(factor);
                finite &= T.IsFinite(value);
            }
            return finite;
        }
    }

    internal override void UpdateLossScale(Tensor scale, Tensor counts, double growth, double backoff, int interval)
    {
        ref float value = ref scale.Span<float>()[0];
        var (found, since, skipped) = (0, 1, 2);
        var count = counts.Span<int>();
        if (count[found] != 0)
        {
            value *= (float)backoff;
            count[since] = 0;
            count[skipped]++;
        }
        else if (++count[since] == interval)
        {
            float grown = value * (float)growth;
            value = float.IsFinite(grown) ? grown : value;
            count[since] = 0;
        }
        count[found] = 0;
    }
}
