using System.Diagnostics;
using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>The world itself draws what the prompts ask for: what a perfect model would reach in each score.</summary>
public sealed class RealRoute(TestSet set) : IDrawingRoute
{
    public string Name => "real";

    public string MadeBy => "the world";

    public DrawnPictures Draw(TestSubject subject, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subject);
        long begun = Stopwatch.GetTimestamp();
        int count = set.Settings.Count;
        var images = new Image[subject.Prompts.Count * count];
        for (int i = 0; i < images.Length; i++)
            images[i] = set.Real(subject, i / count, i % count);
        double each = Stopwatch.GetElapsedTime(begun).TotalSeconds / images.Length;
        return new(images, 0, each, each * (images.Length - 1));
    }
}
