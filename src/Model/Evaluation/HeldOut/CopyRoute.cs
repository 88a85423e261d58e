namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>
/// Hands out the demonstrations whatever the prompt: fidelity without text alignment. A model that copies looks like this.
/// </summary>
public sealed class CopyRoute(EvaluationSettings settings) : IDrawingRoute
{
    public string Name => "copy";

    public string MadeBy => "the demonstrations";

    public DrawnPictures Draw(TestSubject subject, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return new([.. Enumerable.Range(0, subject.Prompts.Count * settings.Count)
            .Select(i => subject.Demonstrations[i % subject.Demonstrations.Count].Image)], 0, 0, 0);
    }
}
