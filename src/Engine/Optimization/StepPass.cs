namespace SuTI.Engine.Optimization;

/// <summary>What goes along with one step of an optimizer.</summary>
/// <param name="LearningRate">Of this step, from a schedule; null for the options' own.</param>
/// <param name="Average">Steps in the same pass, where the rule's kernel can.</param>
/// <param name="Scale">Says on the device whether the step is left out.</param>
sealed record StepPass(Func<double>? LearningRate, Ema? Average, LossScale? Scale)
{
    internal double? Rate => LearningRate?.Invoke();

    /// <summary>The decay that the average's next step will use; 0 without one.</summary>
    internal double AverageDecay => Average?.DecayAt(Average.Steps + 1) ?? 0;
}
