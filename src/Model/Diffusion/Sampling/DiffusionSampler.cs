using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>How far a walk is. The tensors live until the callback returns.</summary>
/// <param name="Step">That has been made, from 0.</param>
/// <param name="Steps">Of the walk.</param>
/// <param name="X">The sample after it.</param>
/// <param name="Clean">The x₀ that the step expects.</param>
public readonly record struct SamplingProgress(int Step, int Steps, Tensor X, Tensor Clean);

/// <summary>A whole walk from noise to samples: the network is asked, guided, and the sampler moves.</summary>
public sealed class DiffusionSampler(Sampler sampler, Denoiser denoiser, Guidance? guidance = null)
{
    readonly Sampler _sampler = sampler ?? throw new ArgumentNullException(nameof(sampler));
    readonly Denoiser _denoiser = denoiser ?? throw new ArgumentNullException(nameof(denoiser));
    readonly Guidance _guidance = guidance ?? Guidance.None;

    /// <param name="noise">Of the samples, whose number and shape it decides.</param>
    /// <param name="progress">Called after each step.</param>
    /// <returns>x₀, (N, …, C) f32, in the caller's scope.</returns>
    /// <exception cref="SutiException">The network's answers are of another shape.</exception>
    /// <exception cref="OperationCanceledException">Between two steps.</exception>
    public Tensor Run(ISampleNoise noise, Action<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using var noGradient = GradientMode.Disable();
        using var scope = TensorScope.Open("sampling");
        var x = noise.Start() * _sampler.InitialScale;
        var history = SamplerHistory.Empty;
        for (int i = 0; i < _sampler.Steps.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = history.Tensors.Append(x).ToHashSet();
            using (var inner = TensorScope.Open("step"))
            {
                var result = Step(i, x, history, noise);
                progress?.Invoke(new(i, _sampler.Steps.Count, result.X, result.Clean));
                x = inner.Keep(result.X);
                history = result.History;
                foreach (var tensor in history.Tensors)
                    inner.Keep(tensor);
            }
            // Else every step's sample would lie there until the end.
            before.ExceptWith(history.Tensors.Append(x));
            foreach (var tensor in before)
                tensor.Dispose();
        }
        return scope.Keep(x);
    }

    SamplerResult Step(int step, Tensor x, SamplerHistory history, ISampleNoise noise)
    {
        double time = _sampler.Steps[step].Time, scale = _sampler.InputScale(step);
        var terms = _guidance.Terms(step, time);
        var answers = _denoiser(scale == 1 ? x : x * scale, time, [.. terms.Select(term => term.Dropped)]);
        if (answers.Shape.Rank != x.Shape.Rank || answers.Shape[0] != x.Shape[0] * terms.Count)
            throw new ShapeException("sampling", "the network gives every answer that it is asked for",
                FormattableString.Invariant($"{x.Shape[0] * terms.Count} samples"), answers.Shape.ToString());
        // Differences of halves would have few digits left.
        var output = _guidance.Combine(terms, answers.Cast(x.DType), x.Shape[-1]);
        return _sampler.Step(step, x, output, history, _sampler.DrawsNoise(step) ? noise.Step(step) : null);
    }
}
