using SuTI.Engine;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>How pictures are drawn larger.</summary>
public sealed record UpscalingSettings
{
    public int Steps { get; init; } = 10;

    /// <summary>Of the noise on small pictures, a time of the cosine schedule: the more, the less of them is believed.</summary>
    public double Augmentation { get; init; } = 0.05;

    /// <exception cref="SutiException">Steps out of range; the level is the model's to judge.</exception>
    internal void Check()
    {
        if (Steps is < 1 or > 1000)
            throw new SutiException("upscaler", "steps is out of range", "1 to 1000", FormattableString.Invariant($"{Steps}"));
    }
}

/// <summary>Draws pictures twice as large.</summary>
public static class SubjectUpscaler
{
    // Pictures that are drawn together; it changes none of them.
    const int Together = 8;

    // The small picture of a seed began with its own noise; details begin with others.
    const ulong SeedMask = 0x5851F42D4C957F2D;

    /// <param name="images">Of the size that the model takes.</param>
    /// <param name="prompt">Of all; a model without a text encoder does not read it.</param>
    /// <param name="seed">Of the first picture; each further one has the next. A picture depends on its own alone.</param>
    /// <param name="progress">Called after each step with the steps made and all steps.</param>
    /// <exception cref="SutiException">Pictures of another size, or settings out of range.</exception>
    public static IReadOnlyList<Image> Draw(Upscaler model, IReadOnlyList<Image> images, string prompt, ulong seed, UpscalingSettings? settings = null,
        Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        settings ??= new();
        settings.Check();
        using var noGradient = GradientMode.Disable();
        var large = new List<Image>(images.Count);
        int batches = (images.Count + Together - 1) / Together, done = 0;
        foreach (var some in images.Chunk(Together))
        {
            using var scope = TensorScope.Open("upscaling");
            ulong[] seeds = [.. SeededNoise.Consecutive(unchecked(seed + (ulong)large.Count), some.Length).Select(own => own ^ SeedMask)];
            var pixels = Draw(model, some.ToTensor(PixelRange.MinusOneToOne, model.Device), [.. some.Select(_ => prompt)], seeds, settings,
                _ => progress?.Invoke(++done, batches * settings.Steps), cancellation);
            large.AddRange(pixels.ToImages(PixelRange.MinusOneToOne));
        }
        return large;
    }

    /// <param name="small">(N, h, w, 3) of −1…1.</param>
    /// <returns>(N, 2h, 2w, 3), in the caller's scope.</returns>
    internal static Tensor Draw(Upscaler model, Tensor small, IReadOnlyList<string> prompts, IReadOnlyList<ulong> seeds, UpscalingSettings settings,
        Action<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var scope = TensorScope.Open("upscaling");
        var augmentation = new SeededNoise(seeds, Shape.Create(model.SmallHeight, model.SmallWidth, 3), model.Device).Augmentation();
        var enlarged = model.Enlarge(small, augmentation, [.. Enumerable.Repeat(settings.Augmentation, seeds.Count)]);
        var texts = model.Encode(prompts);
        var sampler = new DdimSampler(SamplingStep.Even(model.Schedule, settings.Steps), model.Config.Prediction);
        var denoiser = Denoisers.Unconditional((x, time) => model.Predict(x, [time], enlarged, texts));
        var noise = new SeededNoise(seeds, Shape.Create([.. enlarged.Pixels.Shape.Skip(1)]), model.Device);
        return scope.Keep(enlarged.With(new DiffusionSampler(sampler, denoiser).Run(noise, progress, cancellation)));
    }
}
