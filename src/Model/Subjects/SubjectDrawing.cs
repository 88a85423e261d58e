using SuTI.Engine;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>Draws a subject from photographs and a prompt, with no optimisation step.</summary>
public static class SubjectDrawing
{
    /// <summary>Pictures that are drawn together; it changes no picture.</summary>
    const int Together = 8;

    /// <param name="photographs">Of the subject; as many as the request reads are used, from the first on.</param>
    /// <param name="progress">Called after each step with the steps made and all steps.</param>
    /// <exception cref="SutiException">A request out of range, or a model of text alone asked for demonstrations.</exception>
    public static IReadOnlyList<Image> Draw(SubjectModel model, SubjectRequest request, IReadOnlyList<Photograph> photographs,
        Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(photographs);
        request.Check();
        using var scope = TensorScope.Open("pictures");
        using var noGradient = GradientMode.Disable();
        var (height, width) = Size(model);
        var shown = photographs.Take(request.Demonstrations).ToList();
        var demonstrations = shown.Count == 0 ? null : Read(model, shown, width, height, request.Fit);
        var images = new List<Image>();
        int batches = (request.Count + Together - 1) / Together;
        for (int first = 0, batch = 0; first < request.Count; first += Together, batch++)
        {
            int count = Math.Min(Together, request.Count - first), before = batch * request.Steps;
            images.AddRange(DrawPrompts(model, [.. Enumerable.Repeat(request.Prompt, count)], SeededNoise.Consecutive(request.Seed + (ulong)first, count),
                request.Sampling(), demonstrations, step => progress?.Invoke(before + step.Step + 1, batches * request.Steps), cancellation));
        }
        return images;
    }

    /// <summary>Draws many prompts of one subject together; each picture is a function of its own prompt and seed.</summary>
    /// <param name="seeds">One for each prompt.</param>
    /// <param name="demonstrations">Of the subject; null draws from text alone.</param>
    /// <param name="progress">Called after each step.</param>
    public static IReadOnlyList<Image> DrawPrompts(SubjectModel model, IReadOnlyList<string> prompts, IReadOnlyList<ulong> seeds, SubjectSampling sampling,
        Demonstrations? demonstrations = null, Action<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = TensorScope.Open("pictures");
        var (height, width) = Size(model);
        var noise = new SeededNoise(seeds, Shape.Create(height, width, 3), model.Device);
        return new SubjectSampler(model).Run(prompts, noise, demonstrations, sampling, progress, cancellation).ToImages(PixelRange.MinusOneToOne);
    }

    static (int Height, int Width) Size(SubjectModel model)
        => model.Config.Unet.SampleSize ?? throw new SutiException("subject model", "says how large its pictures are", "sample_size", "nothing");

    static Demonstrations Read(SubjectModel model, List<Photograph> shown, int width, int height, PictureFit fit)
    {
        var pixels = shown.Select(photograph => photograph.Image.FitTo(width, height, fit)).ToList().ToTensor(PixelRange.MinusOneToOne, model.Device);
        return model.Read(pixels, model.Encode([.. shown.Select(photograph => photograph.Caption)]),
            Tensor.Ones([1, shown.Count], DType.Bool, model.Device));
    }
}
