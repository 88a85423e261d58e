using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>What a diffusion network is trained for: to say of a noisy sample what it was made of.</summary>
/// <param name="Schedule">Of the noise.</param>
/// <param name="Prediction">What the network says.</param>
public sealed record DiffusionObjective(NoiseSchedule Schedule, PredictionType Prediction)
{
    public LossWeighting Weighting { get; init; } = new UniformWeighting();

    /// <summary>The mean over samples of weight · mean squared error.</summary>
    /// <param name="output">
    /// Of the network, (N, …, C); of (N, …, 2C) the second half, a learned variance, is left out and gets no gradient.
    /// </param>
    /// <param name="clean">x₀, (N, …, C).</param>
    /// <param name="noise">ε, that <see cref="NoiseSchedule.AddNoise"/> mixed in.</param>
    /// <param name="times">One for each sample, or one for all.</param>
    /// <returns>One number, in f32 or f64, in the caller's scope.</returns>
    /// <exception cref="SutiException">Shapes that do not fit, or a time the schedule lacks.</exception>
    public Tensor Loss(Tensor output, Tensor clean, Tensor noise, ReadOnlySpan<double> times)
    {
        using var scope = TensorScope.Open("diffusion loss");
        return scope.Keep(SquaredErrors(output, clean, noise, times).Mean());
    }

    /// <summary>The weighted mean squared error of each sample.</summary>
    /// <returns>(N)</returns>
    /// <inheritdoc cref="Loss"/>
    public Tensor SquaredErrors(Tensor output, Tensor clean, Tensor noise, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = TensorScope.Open("squared errors");
        int rank = clean.Shape.Rank;
        if (output.Shape.Rank == rank && rank > 1 && output.Shape[-1] == 2 * clean.Shape[-1])
            output = output.Slice(-1, 0, clean.Shape[-1]);
        if (rank < 2 || output.Shape != clean.Shape)
            throw new ShapeException("diffusion loss", "compares outputs of the samples' shape", clean.Shape.ToString(),
                output.Shape.ToString());
        var type = output.DType.Accumulator();
        var target = Schedule.Target(Prediction, clean.Cast(type), noise.Cast(type), times);
        int[] axes = [.. Enumerable.Range(1, rank - 1)];
        var errors = (output.Cast(type) - target).Square().Mean(axes);
        if (Weighting is not UniformWeighting)
        {
            var levels = Schedule.Levels(times, clean.Shape[0]);
            errors *= NoiseSchedule.PerSample(Array.ConvertAll(levels, level => Weighting.Of(Prediction, level)), errors);
        }
        return scope.Keep(errors);
    }
}
