using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>
/// Tunes a model to one subject after another: an expert (SuTI, section 3.1: all weights or those of attention, no class images, no rare word),
/// or with demonstrations Dream-SuTI. The network is built once; <see cref="Reset"/> brings its first weights back.
/// </summary>
/// <remarks>What comes of it is a function of the weights, the options, the pictures and the seed.</remarks>
public sealed class SubjectTuner : IDisposable
{
    const string Attention = ".attentions.";

    readonly SubjectModel _model;
    readonly ParameterStore _weights, _first;
    readonly TuningOptions _options;
    readonly DiffusionObjective _objective;

    /// <param name="model">Its text encoder stays as it is, as a large one would.</param>
    /// <param name="weights">The model's; those that are not tuned are frozen.</param>
    /// <exception cref="SutiException">An option out of its range, or demonstrations for a model of text alone.</exception>
    public SubjectTuner(SubjectModel model, ParameterStore weights, TuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (options.ReadsDemonstrations && model.Apprentice is null)
            throw new SutiException("tuning", "reads demonstrations", "an apprentice", "a model of text alone");
        (_model, _weights, _options) = (model, weights, options);
        _objective = new(model.Schedule, model.Config.Prediction) { Weighting = new InverseNoiseWeighting(options.LargestWeight) };
        foreach (var parameter in weights.Parameters)
            parameter.IsFrozen = !IsTuned(parameter.Path);
        _first = ParameterStore.WithPathsOf(weights);
        _first.CopyFrom(weights);
    }

    /// <summary>The model with its weights as they are now.</summary>
    public SubjectModel Model => _model;

    /// <summary>How many numbers are tuned.</summary>
    public long TunedCount => _weights.Trainable.Sum(parameter => parameter.Shape.Length);

    /// <summary>Goes on from the weights as they are.</summary>
    /// <param name="pictures">At least one.</param>
    /// <param name="progress">Called after each step with the steps made and the loss.</param>
    /// <returns>The mean loss of the last tenth of the steps.</returns>
    /// <exception cref="SutiException">No pictures.</exception>
    /// <exception cref="NonFiniteException">The loss is not finite; the weights are not to be used.</exception>
    public double Tune(IReadOnlyList<TuningPicture> pictures, ulong seed, Action<int, double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (pictures.Count == 0)
            throw new SutiException("tuning", "needs pictures of the subject", "1 or more", "none");
        using var scope = TensorScope.Open("tuning");
        var examples = Prepare(pictures);
        using var optimizer = _options.Optimizer.Create(_weights.Trainable);
        int tail = Math.Max(1, _options.Steps / 10);
        double sum = 0;
        for (int step = 0; step < _options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = TensorScope.Open("step");
            optimizer.ClearGradients();
            var loss = Loss(examples, seed, step);
            loss.Backward();
            if (_options.ClipNorm > 0)
                optimizer.ClipGradients(_options.ClipNorm);
            double value = loss.Item();
            if (!double.IsFinite(value))
                throw new NonFiniteException(FormattableString.Invariant($"tuning, step {step + 1}"), "the loss is not finite", "a finite loss",
                    FormattableString.Invariant($"{value}"));
            optimizer.Step();
            if (step >= _options.Steps - tail)
                sum += value;
            progress?.Invoke(step + 1, value);
        }
        optimizer.ClearGradients();
        return sum / tail;
    }

    /// <summary>Brings the weights back that the model had first, bit for bit.</summary>
    public void Reset() => _weights.CopyFrom(_first);

    public void Dispose() => _first.Dispose();

    bool IsTuned(string path)
    {
        bool isUnet = path.StartsWith("unet.", StringComparison.Ordinal);
        bool isReader = _options.ReadsDemonstrations && path.StartsWith("apprentice.", StringComparison.Ordinal);
        return isReader || (isUnet && (!_options.OnlyAttention || path.Contains(Attention, StringComparison.Ordinal)));
    }

    Examples Prepare(IReadOnlyList<TuningPicture> pictures)
    {
        var (height, width) = _model.Config.Unet.SampleSize ?? throw new SutiException("subject model", "says how large its pictures are", "sample_size", "nothing");
        using var noGradient = GradientMode.Disable();
        var straight = pictures.Select(picture => picture.Image.ToRgb().FitTo(width, height, _options.Fit)).ToList()
            .ToTensor(PixelRange.MinusOneToOne, _model.Device);
        long[] columns = [.. Enumerable.Range(0, width).Reverse().Select(column => (long)column)];
        var mirrored = straight.IndexSelect(2, Tensor.From(columns, [width], _model.Device));
        // The last text is the empty one.
        return new(Tensor.Concat(0, straight, mirrored), _model.Encode([.. pictures.Select(picture => picture.Caption), ""]), pictures.Count);
    }

    Tensor Loss(Examples examples, ulong seed, int step)
    {
        int count = _options.BatchSize, last = examples.Count;
        var key = RandomKey.For("tuning", seed, (uint)step);
        double[] chances = Tensor.Uniform([count + 1, 3], key).ToDoubles();
        int read = (int)(chances[3 * count] * last);
        long[] images = new long[count], texts = new long[count];
        for (int i = 0; i < count; i++)
        {
            // With demonstrations all are noisy copies of the one picture that is hidden among them.
            int picture = _options.ReadsDemonstrations ? read : (int)(chances[3 * i] * last);
            images[i] = picture + (_options.Mirrors && chances[(3 * i) + 1] < 0.5 ? last : 0);
            texts[i] = chances[(3 * i) + 2] < _options.TextDropout ? last : picture;
        }
        var clean = examples.Images.IndexSelect(0, Ids(images));
        double[] times = TrainingTimes.Stratified(_model.Schedule, count, seed, (uint)step);
        var noise = Tensor.Normal(clean.Shape, RandomKey.For("tuning/noise", seed, (uint)step), device: _model.Device);
        var output = _model.Predict(_model.Schedule.AddNoise(clean, noise, times), times, Select(examples.Texts, texts), Read(examples, read));
        return _objective.Loss(output, clean, noise, times);
    }

    Demonstrations? Read(Examples examples, int hidden)
    {
        if (!_options.ReadsDemonstrations || examples.Count == 1)
            return null;
        long[] all = [.. Enumerable.Range(0, examples.Count).Select(i => (long)i)];
        bool[] shown = [.. all.Select(i => i != hidden)];
        return _model.Read(examples.Images.Slice(0, 0, examples.Count), Select(examples.Texts, all), Tensor.From(shown, [1, examples.Count], _model.Device));
    }

    EncodedTexts Select(EncodedTexts texts, long[] ids)
    {
        var rows = Ids(ids);
        return new(texts.States.IndexSelect(0, rows), texts.Mask.Cast(DType.Float32).IndexSelect(0, rows).Cast(DType.Bool));
    }

    Tensor Ids(long[] ids) => Tensor.From(ids, [ids.Length], _model.Device);

    /// <param name="Images">(2K, H, W, 3): as they are, then mirrored.</param>
    /// <param name="Texts">K captions, then the empty text.</param>
    /// <param name="Count">K</param>
    sealed record Examples(Tensor Images, EncodedTexts Texts, int Count);
}
