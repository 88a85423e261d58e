using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// DreamBooth's loss: besides the few pictures of the subject, pictures of its class that the untouched model made keep it
/// from forgetting the class (Ruiz et al., DreamBooth, 2023, equation 2).
/// </summary>
/// <param name="Weight">λ, what the class counts.</param>
public sealed record PriorPreservation(double Weight = 1)
{
    /// <param name="objective">Of both halves.</param>
    /// <param name="output">(2N, …): the subject's N samples, then N of its class.</param>
    /// <inheritdoc cref="DiffusionObjective.Loss"/>
    /// <exception cref="SutiException">A batch that has no halves, besides what the objective refuses.</exception>
    public PriorPreservationLoss Loss(DiffusionObjective objective, Tensor output, Tensor clean, Tensor noise,
        ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(output);
        using var scope = TensorScope.Open("prior preservation");
        int samples = output.Shape[0];
        if (samples % 2 != 0)
            throw new ShapeException("prior preservation", "a batch is half subject, half class", "an even number",
                FormattableString.Invariant($"{samples}"));
        var errors = objective.SquaredErrors(output, clean, noise, times);
        var instance = scope.Keep(errors.Slice(0, 0, samples / 2).Mean());
        var prior = scope.Keep(errors.Slice(0, samples / 2, samples / 2).Mean());
        return new(scope.Keep(instance + (prior * Weight)), instance, prior);
    }
}

/// <summary>One number each: the sum that is trained on, and what it is made of, the class not weighted.</summary>
public sealed record PriorPreservationLoss(Tensor Total, Tensor Instance, Tensor Prior);
