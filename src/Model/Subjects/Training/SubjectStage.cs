using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>
/// Trains a model of text alone (<c>base</c>) or an apprentice by the ordinary denoising loss; an apprentice's conditions are dropped
/// independently (SuTI, section 3.3; Re-Imagen, section 3.3).
/// </summary>
/// <param name="parameters">Of the model; disposed of with the stage.</param>
public sealed class SubjectStage(string name, SubjectModel model, ParameterStore parameters, ISubjectData data, SubjectStageOptions options)
    : IExportingStage
{
    const int ProbedSubjects = 24, ShownSubjects = 8, Demonstrations = 4;

    static readonly double[] s_probedTimes = [0.95, 0.7, 0.5];

    readonly DiffusionObjective _objective = new(model.Schedule, model.Config.Prediction) { Weighting = new InverseNoiseWeighting(options.LargestWeight) };

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ParameterStore Parameters => parameters;

    /// <inheritdoc/>
    public StageLoss Loss(MicroBatch batch)
    {
        var drawn = data.Batch(batch);
        int count = drawn.Targets.Shape[0];
        double[] chances = Tensor.Uniform([count, 2], batch.Key("dropped"), batch.FirstSample).ToDoubles();
        string[] prompts = [.. drawn.Prompts.Select((prompt, i) => chances[2 * i] < options.TextDropout ? "" : prompt)];
        double[] times = Times(batch);
        var noise = Tensor.Normal(drawn.Targets.Shape, batch.Key("noise"), batch.FirstSample, device: model.Device);
        var noisy = model.Schedule.AddNoise(drawn.Targets, noise, times);
        var texts = model.Encode(prompts);
        Demonstrations? demonstrations = null;
        Tensor? uses = null;
        if (model.Apprentice is not null)
        {
            demonstrations = model.Read(drawn.Demonstrations!, model.Encode(drawn.Captions), Shown(batch, drawn));
            uses = Tensor.From(Enumerable.Range(0, count).Select(i => chances[(2 * i) + 1] >= options.DemonstrationDropout).ToArray(), [count], model.Device);
        }
        var output = model.Predict(noisy, times, texts, demonstrations, uses);
        return new(_objective.Loss(output, drawn.Targets, noise, times));
    }

    /// <inheritdoc/>
    public void Export(string path)
    {
        string tokenizer = Directory.CreateTempSubdirectory("suti").FullName;
        try
        {
            NanoTokenizer.Save(tokenizer);
            SubjectModelFolder.Save(path, model, parameters, tokenizer);
        }
        finally
        {
            Directory.Delete(tokenizer, recursive: true);
        }
    }

    public void Dispose()
    {
        (data as IDisposable)?.Dispose();
        parameters.Dispose();
    }

    /// <inheritdoc/>
    public IReadOnlyList<SamplePicture> Samples(int step)
    {
        using var scope = TensorScope.Open("samples");
        var shown = data.HeldOut(ShownSubjects, Demonstrations);
        var noise = new SeededNoise(SeededNoise.Consecutive(1, ShownSubjects), Shape.Create([.. shown.Targets.Shape.Skip(1)]), model.Device);
        using var noGradient = GradientMode.Disable();
        var read = model.Apprentice is null ? null : model.Read(shown.Demonstrations!, model.Encode(shown.Captions), AllShown(ShownSubjects, Demonstrations));
        var drawn = new SubjectSampler(model).Run(shown.Prompts, noise, read, SubjectSampling.Of(options.SampleSteps, options.Guidance, options.Temperature));
        var rows = new List<Image>();
        var (made, truth) = (drawn.ToImages(PixelRange.MinusOneToOne), shown.Targets.ToImages(PixelRange.MinusOneToOne));
        var demonstrations = shown.Demonstrations!.ToImages(PixelRange.MinusOneToOne);
        for (int i = 0; i < ShownSubjects; i++)
        {
            if (model.Apprentice is not null)
                rows.AddRange(demonstrations.Skip(i * Demonstrations).Take(Demonstrations));
            rows.AddRange([made[i], truth[i]]);
        }
        int columns = rows.Count / ShownSubjects * 2;
        return [SamplePicture.Of("held-out", ImageGrid.Compose(rows, columns, 2))];
    }

    /// <summary>
    /// The error of one step on held-out subjects, times 100, with their own demonstrations, those of another subject, and none: it shows
    /// that demonstrations are used long before pictures do.
    /// </summary>
    public IReadOnlyDictionary<string, double> Probe(int step)
    {
        using var scope = TensorScope.Open("probe");
        using var noGradient = GradientMode.Disable();
        var probed = data.HeldOut(ProbedSubjects, Demonstrations);
        var texts = model.Encode(probed.Prompts);
        var noise = Tensor.Normal(probed.Targets.Shape, RandomKey.For("probe", 1), device: model.Device);
        var result = new Dictionary<string, double>();
        if (model.Apprentice is null)
        {
            foreach (double time in s_probedTimes)
                result[Named("error", time)] = Error(time, null, null);
            return result;
        }
        var captions = model.Encode(probed.Captions);
        var own = model.Read(probed.Demonstrations!, captions, AllShown(ProbedSubjects, Demonstrations));
        // Everyone gets the demonstrations of the next.
        int each = Demonstrations;
        var others = Tensor.Concat(0, probed.Demonstrations!.Slice(0, each, (ProbedSubjects - 1) * each), probed.Demonstrations!.Slice(0, 0, each));
        var wrong = model.Read(others, captions, AllShown(ProbedSubjects, Demonstrations));
        foreach (double time in s_probedTimes)
        {
            result[Named("true", time)] = Error(time, own, null);
            result[Named("wrong", time)] = Error(time, wrong, null);
            result[Named("none", time)] = Error(time, own, Tensor.Zeros([ProbedSubjects], DType.Bool, model.Device));
        }
        return result;

        double Error(double time, Demonstrations? demonstrations, Tensor? uses)
        {
            using var inner = TensorScope.Open("error");
            var output = model.Predict(model.Schedule.AddNoise(probed.Targets, noise, [time]), [time], texts, demonstrations, uses);
            return 100 * (output - model.Schedule.Target(model.Config.Prediction, probed.Targets, noise, [time])).Square().Mean().Item();
        }
    }

    static string Named(string what, double time) => FormattableString.Invariant($"{what}_t{100 * time:0}");

    double[] Times(MicroBatch batch)
    {
        // Stratified over the micro-batch, which has its own stream.
        uint stream = (uint)((batch.Step * 64) + batch.Index);
        return TrainingTimes.Stratified(model.Schedule, batch.Size, batch.Seed, stream);
    }

    /// <summary>All demonstrations of half of the subjects, some of the others', at least one.</summary>
    Tensor Shown(MicroBatch batch, SubjectBatch drawn)
    {
        int subjects = drawn.Subjects, each = drawn.DemonstrationsEach;
        double[] chances = Tensor.Uniform([subjects, 2], batch.Key("shown"), batch.FirstSample).ToDoubles();
        bool[] mask = new bool[subjects * each];
        for (int group = 0; group < subjects; group++)
        {
            int count = chances[2 * group] < 0.5 ? each : 1 + (int)(chances[(2 * group) + 1] * each);
            for (int i = 0; i < each; i++)
                mask[(group * each) + i] = i < count;
        }
        return Tensor.From(mask, [subjects, each], model.Device);
    }

    Tensor AllShown(int subjects, int each) => Tensor.Ones([subjects, each], DType.Bool, model.Device);
}

/// <summary>What a training of pictures may choose.</summary>
public sealed record SubjectStageOptions
{
    /// <summary>Share of the targets whose prompt is empty.</summary>
    public double TextDropout { get; init; } = 0.1;

    /// <summary>Share of the targets that see no demonstrations.</summary>
    public double DemonstrationDropout { get; init; } = 0.1;

    /// <summary>See <see cref="InverseNoiseWeighting"/>.</summary>
    public double LargestWeight { get; init; } = 6;

    /// <summary>Of the pictures that a run shows.</summary>
    public double Guidance { get; init; } = SubjectSampling.UsualGuidance;

    /// <inheritdoc cref="Guidance"/>
    public int SampleSteps { get; init; } = SubjectSampling.UsualSteps;

    /// <inheritdoc cref="Guidance"/>
    public double Temperature { get; init; } = SubjectSampling.UsualTemperature;
}
