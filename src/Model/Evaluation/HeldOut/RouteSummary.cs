namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>A route over all subjects that it was taken for.</summary>
/// <param name="Scores">By name: the mean over each subject's pictures, then over subjects.</param>
/// <param name="Kinds">The same of the prompts of one kind: (kind, score).</param>
/// <param name="Preparing">Seconds before the first picture of a subject could be begun.</param>
/// <param name="First">Seconds of a picture by itself.</param>
/// <param name="Each">Seconds of a picture among others.</param>
public sealed record RouteSummary(string Route, int Subjects, IReadOnlyDictionary<string, MeanInterval> Scores,
    IReadOnlyDictionary<(string Kind, string Score), MeanInterval> Kinds, MeanInterval Preparing, MeanInterval First, MeanInterval Each);
