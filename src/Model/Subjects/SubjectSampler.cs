using SuTI.Engine;
using SuTI.Model.Diffusion;

namespace SuTI.Model.Subjects;

/// <summary>Draws pictures of subjects: no weight changes.</summary>
public sealed class SubjectSampler(SubjectModel model)
{
    readonly SubjectModel _model = model ?? throw new ArgumentNullException(nameof(model));

    /// <summary>What is left out where a model of text alone is guided.</summary>
    public const Dropped NullCondition = Dropped.Everything;

    /// <param name="prompts">One for each picture; the pictures of a subject beside each other.</param>
    /// <param name="noise">Of as many pictures.</param>
    /// <param name="demonstrations">Of all subjects; null draws from text alone.</param>
    /// <returns>(N, H, W, 3) of −1…1, in the caller's scope.</returns>
    public Tensor Run(IReadOnlyList<string> prompts, ISampleNoise noise, Demonstrations? demonstrations, SubjectSampling sampling,
        Action<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(sampling);
        using var noGradient = GradientMode.Disable();
        using var scope = TensorScope.Open("subjects");
        var texts = _model.Encode(prompts);
        var none = _model.Encode([.. prompts.Select(_ => "")]);
        var hidden = Tensor.Zeros([prompts.Count], DType.Bool, _model.Device);
        var sampler = new DdimSampler(SamplingStep.Even(_model.Schedule, sampling.Steps), _model.Config.Prediction, new ClippedSample(1), sampling.Eta);
        var denoiser = Denoisers.OneByOne((x, time, dropped) => _model.Predict(x, [time],
            dropped.HasFlag(Dropped.Text) ? none : texts, demonstrations, dropped.HasFlag(Dropped.Demonstrations) ? hidden : null));
        return scope.Keep(new DiffusionSampler(sampler, denoiser, sampling.Guidance).Run(new ScaledNoise(noise, sampling.Temperature), progress, cancellation));
    }
}
