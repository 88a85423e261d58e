namespace SuTI.Model.Training;

/// <summary>One line of a <see cref="MetricsFile"/>.</summary>
/// <param name="Step">Steps made when it was written.</param>
/// <param name="Values">In the line's order; NaN for what was not finite.</param>
/// <param name="End">The byte behind the line.</param>
public sealed record MetricsLine(int Step, IReadOnlyList<KeyValuePair<string, double>> Values, long End);
