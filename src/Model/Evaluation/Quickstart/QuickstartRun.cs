using SuTI.Engine;
using SuTI.Model.Evaluation.HeldOut;
using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.Quickstart;

/// <summary>
/// Draws a few unseen subjects with several numbers of demonstrations, and the first of them by an expert too; measures all, and
/// writes index.html with the pictures in it, and the pictures as files.
/// </summary>
public static class QuickstartRun
{
    public const string PageFile = "index.html";

    /// <summary>The name of the expert's route.</summary>
    internal const string Expert = "expert";

    /// <param name="folder">Made where it is not there; files of these names are replaced.</param>
    /// <param name="progress">Called with the parts that are done, all parts, and what is at hand.</param>
    /// <exception cref="SutiException">A model that does not fit, or a folder that cannot be written.</exception>
    public static QuickstartResult Run(QuickstartModels models, QuickstartOptions options, string folder,
        Action<int, int, string>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var (height, width) = models.Apprentice.Model.Config.Unet.SampleSize ?? (0, 0);
        if (height != width)
            throw new SutiException(CheckpointException.Printable(models.Apprentice.Folder.Path, 1000), "draws square pictures", null, FormattableString.Invariant($"{width}x{height}"));
        int most = options.Demonstrations.Max();
        var settings = new EvaluationSettings
        {
            Subjects = options.Subjects,
            Prompts = options.Prompts,
            Count = 1,
            Demonstrations = Math.Max(1, most),
            Decoys = 0,
            Size = width,
            Steps = options.Steps,
            Guidance = options.Guidance,
            Temperature = options.Temperature,
            Seed = options.Seed,
        };
        var set = new TestSet(settings);
        var judge = new PictureJudge(set, models.Clip, models.Texts, models.Dino);
        using var expert = new TunedRoute(Expert, models.Base, options.Tuning, settings.Demonstrations, settings, subjects: 1);
        IReadOnlyList<IDrawingRoute> routes = [.. options.Demonstrations.Select(count => new ModelRoute(FormattableString.Invariant($"apprentice-{count}"), models.Apprentice, count, settings)),
            expert, new RealRoute(set)];
        var shown = new List<QuickstartSubject>();
        int done = 0, all = set.Subjects.Sum(subject => routes.Count(route => subject.Number < (route.Subjects ?? int.MaxValue)));
        foreach (var subject in set.Subjects)
        {
            var drawn = new List<QuickstartRoute>();
            foreach (var route in routes.Where(route => subject.Number < (route.Subjects ?? int.MaxValue)))
            {
                stop.ThrowIfCancellationRequested();
                string what = $"{subject.Class}, {route.Name}";
                progress?.Invoke(done, all, what);
                expert.Progress = step => progress?.Invoke(done, all, FormattableString.Invariant($"{what}, step {step} of {options.Tuning.Steps}"));
                var pictures = route.Draw(subject, stop);
                drawn.Add(new(route.Name, pictures, judge.Score(subject, pictures.Images)));
                done++;
            }
            shown.Add(new(subject, drawn));
        }
        progress?.Invoke(done, all, "done");
        var result = new QuickstartResult(shown, options, models.Apprentice.Model.Device.Name);
        Write(result, folder);
        return result;
    }

    static void Write(QuickstartResult result, string folder)
    {
        try
        {
            foreach (var subject in result.Subjects)
            {
                string to = Path.Combine(folder, FormattableString.Invariant($"{subject.Subject.Number + 1}-{subject.Subject.Class.Replace(' ', '-')}"));
                Directory.CreateDirectory(to);
                for (int i = 0; i < subject.Subject.Demonstrations.Count; i++)
                {
                    var photograph = subject.Subject.Demonstrations[i];
                    ImageFile.WritePng(Path.Combine(to, FormattableString.Invariant($"demonstration-{i + 1}.png")), photograph.Image, [new("Description", photograph.Caption)]);
                }
                foreach (var route in subject.Routes)
                {
                    for (int i = 0; i < route.Drawn.Images.Count; i++)
                        ImageFile.WritePng(Path.Combine(to, FormattableString.Invariant($"{route.Name}-prompt-{i + 1}.png")), route.Drawn.Images[i],
                            [new("Description", subject.Subject.Prompts[i].Text)]);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(folder, 1000), "pictures cannot go there", "a folder that may be written", failure.Message, failure);
        }
        QuickstartPage.Write(Path.Combine(folder, PageFile), result);
    }
}
