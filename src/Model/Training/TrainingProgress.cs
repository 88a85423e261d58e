namespace SuTI.Model.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Of the latest step; not finite if it was left out.</param>
/// <param name="LearningRate">Of the latest step.</param>
/// <param name="ImagesPerSecond">Samples of the latest step by its time.</param>
/// <param name="Elapsed">Of this invocation.</param>
/// <param name="Remaining">Until the last step, or until the time is up if that comes first.</param>
public sealed record TrainingProgress(int Step, int Steps, double Loss, double LearningRate, double ImagesPerSecond,
    TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>One line: <c>step 120/1000, loss 0.41, rate 0.0001, 52.1 images/s, 3 min 20 s left</c>.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Step}/{Steps}, loss {Loss:0.####}, rate {LearningRate:g3}, {ImagesPerSecond:0.0} images/s, {Text(Remaining)} left");

    static string Text(TimeSpan time) => time.TotalHours >= 1
        ? FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes} min")
        : time.TotalMinutes >= 1 ? FormattableString.Invariant($"{time.Minutes} min {time.Seconds} s")
        : FormattableString.Invariant($"{Math.Ceiling(time.TotalSeconds)} s");
}
