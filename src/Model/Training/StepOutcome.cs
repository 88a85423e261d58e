namespace SuTI.Model.Training;

/// <summary>What one step of training came to.</summary>
/// <param name="Loss">Mean over the micro-batches.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="LearningRate">From the schedule.</param>
/// <param name="Metrics">The stage's own, means over the micro-batches.</param>
/// <param name="IsSkipped">Whether the step was left out because loss or gradients were not finite.</param>
/// <param name="IsOverflow">Whether that is only the loss scale finding its level.</param>
sealed record StepOutcome(double Loss, double GradientNorm, double LearningRate,
    IReadOnlyList<KeyValuePair<string, double>> Metrics, bool IsSkipped, bool IsOverflow);
