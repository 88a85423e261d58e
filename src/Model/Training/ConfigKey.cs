namespace SuTI.Model.Training;

/// <summary>One key of a configuration, as its reader declares it.</summary>
/// <param name="Path">From the root: training.optimizer.learning_rate.</param>
/// <param name="Kind">Whole number, number, text, true or false, list, or the names to choose from.</param>
/// <param name="Default">As JSON writes it.</param>
/// <param name="Value">What it has here, as JSON writes it.</param>
/// <param name="Range">Which values are accepted; empty if all of the kind are.</param>
/// <param name="Meaning">What it does, with its unit.</param>
/// <param name="IsFree">Whether a run may be resumed with another value: it changes no number that is learnt.</param>
public sealed record ConfigKey(string Path, string Kind, string Default, string Value, string Range, string Meaning, bool IsFree);
