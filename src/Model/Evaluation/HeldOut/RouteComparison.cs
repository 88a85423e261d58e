namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Two routes over the subjects that both were taken for.</summary>
/// <param name="Differences">By score: the first's minus the second's, paired by subject.</param>
/// <param name="Ratios">By score: the first's mean divided by the second's.</param>
/// <param name="Sooner">How many times sooner the first picture of a new subject is there, where the second has to be prepared.</param>
public sealed record RouteComparison(string First, string Second, int Subjects, IReadOnlyDictionary<string, MeanInterval> Differences,
    IReadOnlyDictionary<string, MeanInterval> Ratios, MeanInterval? Sooner);
