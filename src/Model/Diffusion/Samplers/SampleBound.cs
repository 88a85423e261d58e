using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>Keeps the x₀ of a step in the range of pictures.</summary>
public abstract record SampleBound
{
    /// <param name="clean">x₀, (N, …).</param>
    public abstract Tensor Apply(Tensor clean);
}

/// <summary>Cuts x₀ off at ±<paramref name="Limit"/>.</summary>
public sealed record ClippedSample(double Limit = 1) : SampleBound
{
    public override Tensor Apply(Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(clean);
        return clean.Clamp(-Limit, Limit);
    }
}

/// <summary>
/// Dynamic thresholding (Saharia et al., Imagen, 2022, section 2.3): with s a quantile of |x₀| of each sample, x₀ is cut off
/// at ±s and divided by s, which keeps strong guidance from saturating.
/// </summary>
/// <param name="Quantile">From 0 to 1; between two values it is interpolated linearly.</param>
/// <param name="Largest">What s is at most; it is at least 1, if this is.</param>
/// <remarks>The quantile is found on the processor, so this waits for the device.</remarks>
public sealed record DynamicThreshold(double Quantile = 0.995, double Largest = 1) : SampleBound
{
    public override Tensor Apply(Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(clean);
        using var scope = TensorScope.Open("dynamic threshold");
        double[] values = clean.ToDoubles();
        int samples = clean.Shape[0], length = samples == 0 ? 0 : values.Length / samples;
        double[] limits = new double[samples];
        for (int i = 0; i < samples; i++)
            limits[i] = Math.Min(Math.Max(OfMagnitudes(values.AsSpan(i * length, length)), 1), Largest);
        var limit = NoiseSchedule.PerSample(limits, clean);
        return scope.Keep(Tensor.Minimum(Tensor.Maximum(clean, -limit), limit) / limit);
    }

    double OfMagnitudes(Span<double> values)
    {
        if (values.IsEmpty)
            return 1;
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Abs(values[i]);
        values.Sort();
        double rank = Quantile * (values.Length - 1);
        int below = (int)rank;
        double high = values[Math.Min(below + 1, values.Length - 1)];
        return values[below] + ((rank - below) * (high - values[below]));
    }
}
