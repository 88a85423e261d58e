using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>
/// Trains an upscaler: large pictures are drawn, small ones are means of their pixels, some of them blurred, and have noise of a level drawn
/// evenly, which the network is told (Ho et al., Cascaded Diffusion Models, 2022, section 4.2).
/// </summary>
/// <param name="parameters">Of the model; disposed of with the stage.</param>
public sealed class UpscalerStage(Upscaler model, ParameterStore parameters, ISubjectData data, UpscalerStageOptions options) : IExportingStage
{
    const int Probed = 24, Shown = 8;

    static readonly double[] s_probedTimes = [1, 0.7, 0.4];

    readonly DiffusionObjective _objective = new(model.Schedule, model.Config.Prediction) { Weighting = new InverseNoiseWeighting(options.LargestWeight) };

    /// <inheritdoc/>
    public string Name => "sr";

    /// <inheritdoc/>
    public ParameterStore Parameters => parameters;

    /// <inheritdoc/>
    public StageLoss Loss(MicroBatch batch)
    {
        var drawn = data.Batch(batch);
        int count = drawn.Targets.Shape[0];
        double[] chances = Tensor.Uniform([count, 4], batch.Key("chances"), batch.FirstSample).ToDoubles();
        var small = Small(drawn.Targets, [.. Enumerable.Range(0, count).Select(i => chances[4 * i] < options.SoftShare ? chances[(4 * i) + 1] * options.Softest : 0)]);
        var enlarged = model.Enlarge(small, Normal(small, batch, "augmentation"),
            [.. Enumerable.Range(0, count).Select(i => chances[(4 * i) + 2] * model.Config.LargestAugmentation)]);
        var details = enlarged.Details(drawn.Targets);
        var noise = Normal(details, batch, "noise");
        // Stratified over the micro-batch, which has its own stream.
        double[] times = TrainingTimes.Stratified(model.Schedule, count, batch.Seed, (uint)((batch.Step * 64) + batch.Index));
        var texts = model.Encode([.. drawn.Prompts.Select((prompt, i) => chances[(4 * i) + 3] < options.TextDropout ? "" : prompt)]);
        var output = model.Predict(model.Schedule.AddNoise(details, noise, times), times, enlarged, texts);
        return new(_objective.Loss(output, details, noise, times));
    }

    /// <inheritdoc/>
    public void Export(string path)
    {
        string? tokenizer = model.Config.Text is null ? null : Directory.CreateTempSubdirectory("suti").FullName;
        try
        {
            if (tokenizer is not null)
                NanoTokenizer.Save(tokenizer);
            UpscalerFolder.Save(path, model, parameters, tokenizer);
        }
        finally
        {
            if (tokenizer is not null)
                Directory.Delete(tokenizer, recursive: true);
        }
    }

    public void Dispose() => parameters.Dispose();

    /// <summary>Rows of small picture, bicubic enlargement, drawn picture and truth; every other small picture is blurred.</summary>
    public IReadOnlyList<SamplePicture> Samples(int step)
    {
        using var scope = TensorScope.Open("samples");
        using var noGradient = GradientMode.Disable();
        var shown = data.HeldOut(Shown, 0);
        var (height, width) = (shown.Targets.Shape[1], shown.Targets.Shape[2]);
        var small = Small(shown.Targets, [.. Enumerable.Range(0, Shown).Select(i => i % 2 * options.Softest)]);
        IReadOnlyList<Image>[] columns =
        [
            small.Resize(height, width, Resampling.Nearest).ToImages(PixelRange.MinusOneToOne),
            small.Resize(height, width, Resampling.Bicubic).ToImages(PixelRange.MinusOneToOne),
            Draw(small, shown.Prompts).ToImages(PixelRange.MinusOneToOne), shown.Targets.ToImages(PixelRange.MinusOneToOne),
        ];
        return [SamplePicture.Of("held-out", ImageGrid.Compose([.. Enumerable.Range(0, Shown).SelectMany(i => columns.Select(column => column[i]))], 2 * columns.Length, 2))];
    }

    /// <summary>
    /// On held-out subjects: the squared error of drawn pictures (<c>drawn</c>), of the expected picture, which is what one step from noise alone
    /// gives (<c>expected</c>), both as shares of that of bicubic enlarging (<c>bicubic</c>, times 1000), and the same of small pictures that are
    /// blurred (<c>soft_…</c>); and errors of details after one step at some times.
    /// </summary>
    public IReadOnlyDictionary<string, double> Probe(int step)
    {
        using var scope = TensorScope.Open("probe");
        using var noGradient = GradientMode.Disable();
        var probed = data.HeldOut(Probed, 0);
        var texts = model.Encode(probed.Prompts);
        var noise = Tensor.Normal(probed.Targets.Shape, RandomKey.For("probe", 1), device: model.Device);
        var result = new Dictionary<string, double>();
        foreach (var (prefix, softness) in ((string, double)[])[("", 0), ("soft_", options.Softest)])
        {
            using var inner = TensorScope.Open("errors");
            var small = Small(probed.Targets, [.. Enumerable.Repeat(softness, Probed)]);
            var enlarged = model.Enlarge(small, Tensor.Zeros(small.Shape, device: model.Device), new double[Probed]);
            double bicubic = Error(enlarged.Pixels, probed.Targets);
            result[prefix + "bicubic"] = 1000 * bicubic;
            result[prefix + "drawn"] = Error(Draw(small, probed.Prompts), probed.Targets) / bicubic;
            var details = enlarged.Details(probed.Targets);
            foreach (double time in s_probedTimes)
            {
                var noisy = model.Schedule.AddNoise(details, noise, [time]);
                var clean = Clean(noisy, model.Predict(noisy, [time], enlarged, texts), time);
                if (time == 1)
                    result[prefix + "expected"] = Error(enlarged.With(clean), probed.Targets) / bicubic;
                result[FormattableString.Invariant($"{prefix}details_t{100 * time:0}")] = Error(clean, details);
            }
        }
        return result;
    }

    Tensor Clean(Tensor noisy, Tensor output, double time)
    {
        var level = model.Schedule[time];
        return model.Config.Prediction switch
        {
            PredictionType.Sample => output,
            PredictionType.Velocity => (noisy * level.Alpha) - (output * level.Sigma),
            // ε says nothing of details where there is only noise.
            _ => level.Alpha == 0 ? Tensor.Zeros(noisy.Shape, device: model.Device) : (noisy - (output * level.Sigma)) * (1 / level.Alpha),
        };
    }

    Tensor Draw(Tensor small, IReadOnlyList<string> prompts)
        => SubjectUpscaler.Draw(model, small, prompts, SeededNoise.Consecutive(1, prompts.Count), options.Samples);

    /// <summary>Means of four pixels; with softness s, a share s of what a quarter of them would not show is taken off.</summary>
    static Tensor Small(Tensor large, double[] softness)
    {
        using var scope = TensorScope.Open("small");
        int height = large.Shape[1] / Upscaler.Factor, width = large.Shape[2] / Upscaler.Factor;
        var small = large.Resize(height, width, Resampling.Area);
        var soft = small.Resize(Math.Max(1, height / 2), Math.Max(1, width / 2), Resampling.Area).Resize(height, width, Resampling.Bicubic);
        return scope.Keep(small + ((soft - small) * NoiseSchedule.PerSample(softness, small)));
    }

    Tensor Normal(Tensor like, MicroBatch batch, string purpose) => Tensor.Normal(like.Shape, batch.Key(purpose), batch.FirstSample, device: model.Device);

    static double Error(Tensor a, Tensor b)
    {
        using var scope = TensorScope.Open("error");
        return (a - b).Square().Mean().Item();
    }
}

/// <summary>What a training of an upscaler may choose.</summary>
public sealed record UpscalerStageOptions
{
    /// <summary>Share of the small pictures that are blurred.</summary>
    public double SoftShare { get; init; } = 0.5;

    /// <summary>How far at most: 0 not at all, 1 to a picture of half the size.</summary>
    public double Softest { get; init; } = 0.7;

    /// <summary>Share of the pictures whose prompt is empty.</summary>
    public double TextDropout { get; init; }

    /// <summary>See <see cref="InverseNoiseWeighting"/>.</summary>
    public double LargestWeight { get; init; } = 6;

    /// <summary>Of the pictures that a run shows and measures.</summary>
    public UpscalingSettings Samples { get; init; } = new();
}
