namespace SuTI.Model.Training;

/// <summary>How a run is driven: nothing here changes a number that is learnt.</summary>
public sealed record TrainerOptions
{
    /// <summary>Stops, as if cancelled, when this invocation has taken so long; null for no such limit.</summary>
    public double? Minutes { get; init; }

    /// <summary>Called after every step.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Called with what a person should know: a damaged checkpoint, a step left out.</summary>
    public Action<string>? Notice { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
