using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>A way from a subject's demonstrations and prompts to pictures.</summary>
public interface IDrawingRoute
{
    /// <summary>Unique in an evaluation; letters, digits, dashes and underscores.</summary>
    string Name { get; }

    /// <summary>All that its pictures depend on besides the settings: results of another text are never mixed with these.</summary>
    string MadeBy { get; }

    /// <summary>It is taken for so many subjects, from the first on; null is all.</summary>
    int? Subjects => null;

    /// <param name="subject">Its demonstrations may be read, its references not.</param>
    DrawnPictures Draw(TestSubject subject, CancellationToken stop);
}

/// <summary>What a route drew of a subject.</summary>
/// <param name="Images">Prompts · Count, those of a prompt beside each other.</param>
/// <param name="Preparing">Seconds before the first picture could be begun: tuning.</param>
/// <param name="First">Seconds that the first picture took by itself, demonstrations included.</param>
/// <param name="Rest">Seconds that all others took, drawn together.</param>
public sealed record DrawnPictures(IReadOnlyList<Image> Images, double Preparing, double First, double Rest)
{
    /// <summary>Seconds of a picture among others; of the first where there is no other.</summary>
    public double Each => Images.Count > 1 ? Rest / (Images.Count - 1) : First;
}
