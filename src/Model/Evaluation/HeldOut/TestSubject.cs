using SuTI.Model.Imaging;
using SuTI.Model.Subjects;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>A subject that nothing has learnt from.</summary>
/// <param name="Number">In the evaluation, from 0.</param>
/// <param name="Demonstrations">What routes may read, each with the caption that names the class and the scene.</param>
/// <param name="References">Further pictures of it, which no route sees.</param>
/// <param name="Decoys">For each of some other individuals of its class, as many pictures.</param>
public sealed record TestSubject(int Number, Subject Subject, IReadOnlyList<Photograph> Demonstrations, IReadOnlyList<Image> References,
    IReadOnlyList<IReadOnlyList<Image>> Decoys, IReadOnlyList<TestPrompt> Prompts)
{
    /// <summary>The noun of its prompts.</summary>
    public string Class => Subject.Class.Name;
}
