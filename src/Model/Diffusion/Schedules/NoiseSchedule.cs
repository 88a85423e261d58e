using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>How noise grows with time. What it computes in tensors has coefficients of its own for each sample.</summary>
public abstract class NoiseSchedule
{
    /// <summary>The noisiest time.</summary>
    public abstract double LastTime { get; }

    /// <exception cref="SutiException">The schedule has no such time.</exception>
    public abstract NoiseLevel this[double time] { get; }

    /// <summary>α·x₀ + σ·ε: samples at the given times.</summary>
    /// <param name="clean">x₀, (N, …).</param>
    /// <param name="noise">ε, of the same shape.</param>
    /// <param name="times">One for each sample, or one for all.</param>
    /// <returns>(N, …)</returns>
    /// <exception cref="SutiException">Other shapes, another number of times, or a time the schedule lacks.</exception>
    public Tensor AddNoise(Tensor clean, Tensor noise, ReadOnlySpan<double> times)
        => Combine(clean, noise, times, level => (level.Alpha, level.Sigma));

    /// <summary>α·ε − σ·x₀, which a network of <see cref="PredictionType.Velocity"/> learns.</summary>
    /// <inheritdoc cref="AddNoise"/>
    public Tensor Velocity(Tensor clean, Tensor noise, ReadOnlySpan<double> times)
        => Combine(clean, noise, times, level => (-level.Sigma, level.Alpha));

    /// <summary>What a network of this type learns to say.</summary>
    /// <inheritdoc cref="AddNoise"/>
    public Tensor Target(PredictionType prediction, Tensor clean, Tensor noise, ReadOnlySpan<double> times)
        => prediction switch
        {
            PredictionType.Epsilon => noise,
            PredictionType.Sample => clean,
            PredictionType.Velocity => Velocity(clean, noise, times),
            _ => throw new ArgumentOutOfRangeException(nameof(prediction)),
        };

    /// <summary>The levels of a batch's times, one of which may stand for all.</summary>
    internal NoiseLevel[] Levels(ReadOnlySpan<double> times, int samples)
    {
        if (times.Length != samples && times.Length != 1)
            throw new SutiException("noise schedule", "takes one time for each sample, or one for all",
                FormattableString.Invariant($"1 or {samples}"), FormattableString.Invariant($"{times.Length}"));
        var levels = new NoiseLevel[samples];
        for (int i = 0; i < samples; i++)
            levels[i] = this[times[times.Length == 1 ? 0 : i]];
        return levels;
    }

    /// <summary>One factor for each sample, to be multiplied with a tensor of <paramref name="like"/>'s shape.</summary>
    internal static Tensor PerSample(double[] factors, Tensor like)
    {
        int[] shape = [factors.Length, .. Enumerable.Repeat(1, like.Shape.Rank - 1)];
        // Rounded here, not by a cast on the device: each factor is the nearest f32 to its value in f64.
        return like.DType == DType.Float64 ? Tensor.From(factors, shape, like.Device)
            : Tensor.From(Array.ConvertAll(factors, value => (float)value), shape, like.Device).Cast(like.DType);
    }

    Tensor Combine(Tensor clean, Tensor noise, ReadOnlySpan<double> times,
        Func<NoiseLevel, (double OfClean, double OfNoise)> factors)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(noise);
        if (clean.Shape.Rank == 0 || clean.Shape != noise.Shape)
            throw new ShapeException("noise schedule", "takes noise of the samples' shape", clean.Shape.ToString(),
                noise.Shape.ToString());
        using var scope = TensorScope.Open("noise schedule");
        var pairs = Array.ConvertAll(Levels(times, clean.Shape[0]), level => factors(level));
        return scope.Keep((clean * PerSample(Array.ConvertAll(pairs, pair => pair.OfClean), clean))
            + (noise * PerSample(Array.ConvertAll(pairs, pair => pair.OfNoise), noise)));
    }
}
