namespace SuTI.Model.Training;

/// <summary>How a run ended.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="Skipped">Of these, steps left out because something was not finite.</param>
/// <param name="Checkpoint">The folder of the latest checkpoint, which holds this step.</param>
/// <param name="Report">The file of the report.</param>
public sealed record TrainingResult(StopReason Reason, int Step, int Skipped, string Checkpoint, string Report);
