using System.Diagnostics;
using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Draws all prompts of one subject, many together; each picture is a function of its prompt and its seed alone.</summary>
static class PromptDrawing
{
    /// <param name="demonstrations">How many of the subject's are read.</param>
    /// <param name="preparing">Seconds that went before.</param>
    internal static DrawnPictures Draw(SubjectModel model, EvaluationSettings settings, TestSubject subject, int demonstrations,
        CancellationToken stop, double preparing = 0)
    {
        var wanted = new List<(string Prompt, ulong Seed)>();
        for (int prompt = 0; prompt < subject.Prompts.Count; prompt++)
        {
            for (int copy = 0; copy < settings.Count; copy++)
                wanted.Add((subject.Prompts[prompt].Text, settings.Noise(subject.Number, prompt, copy)));
        }
        long begun = Stopwatch.GetTimestamp();
        var images = new List<Image>(Draw(model, settings, wanted[..1], subject, demonstrations, stop));
        double first = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        begun = Stopwatch.GetTimestamp();
        if (wanted.Count > 1)
            images.AddRange(Draw(model, settings, wanted[1..], subject, demonstrations, stop));
        return new(images, preparing, first, Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>One step of one picture, so that the first that is measured finds compiled code and packed weights.</summary>
    internal static void WarmUp(SubjectModel model, EvaluationSettings settings, TestSubject subject, int demonstrations)
        => Draw(model, settings with { Steps = 1 }, [(subject.Prompts[0].Text, 0)], subject, demonstrations, default);

    static List<Image> Draw(SubjectModel model, EvaluationSettings settings, IReadOnlyList<(string Prompt, ulong Seed)> wanted,
        TestSubject subject, int demonstrations, CancellationToken stop)
    {
        using var scope = TensorScope.Open("pictures");
        using var noGradient = GradientMode.Disable();
        var read = demonstrations == 0 ? null : Read(model, [.. subject.Demonstrations.Take(demonstrations)]);
        var images = new List<Image>();
        foreach (var batch in wanted.Chunk(settings.Batch))
            images.AddRange(SubjectDrawing.DrawPrompts(model, [.. batch.Select(picture => picture.Prompt)], [.. batch.Select(picture => picture.Seed)],
                SubjectSampling.Of(settings.Steps, settings.Guidance, settings.Temperature), read, cancellation: stop));
        return images;
    }

    static Demonstrations Read(SubjectModel model, List<Photograph> shown)
    {
        var (height, width) = model.Config.Unet.SampleSize ?? throw new SutiException("subject model", "says how large its pictures are", "sample_size", "nothing");
        return model.Read(shown.Select(photograph => photograph.Image.FitTo(width, height)).ToList().ToTensor(PixelRange.MinusOneToOne, model.Device),
            model.Encode([.. shown.Select(photograph => photograph.Caption)]), Tensor.Ones([1, shown.Count], DType.Bool, model.Device));
    }
}
