using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Ancestral sampling: a draw from the posterior of the step (Ho, Jain, Abbeel, Denoising Diffusion Probabilistic Models,
/// 2020, algorithm 2), over steps of any length.
/// </summary>
/// <remarks>At time 0 no noise is added.</remarks>
public sealed class DdpmSampler : Sampler
{
    // Below it the logarithm of the variance has no meaning in f32.
    const double SmallestVariance = 1e-20;

    /// <inheritdoc cref="Sampler"/>
    public DdpmSampler(IReadOnlyList<SamplingStep> steps, PredictionType prediction, SampleBound? bound = null,
        DdpmVariance variance = DdpmVariance.FixedSmall)
        : base(steps, prediction, bound) => Variance = variance;

    public DdpmVariance Variance { get; }

    public override bool DrawsNoise(int step) => Steps[step].Time > 0;

    private protected override SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise)
    {
        var (_, from, to) = Steps[step];
        var clean = Clean(from, x, output);
        // α and β of a single training step, or of the steps that this one spans.
        double kept = from.SignalVariance / to.SignalVariance, added = 1 - kept;
        var next = Sum((clean, to.Alpha * added / from.NoiseVariance),
            (x, Math.Sqrt(kept) * to.NoiseVariance / from.NoiseVariance));
        if (noise is not null)
        {
            double posterior = Math.Max(to.NoiseVariance / from.NoiseVariance * added, SmallestVariance);
            next += Scaled(noise, posterior, added, variance);
        }
        return new(next, clean, history);
    }

    Tensor Scaled(Tensor noise, double posterior, double added, Tensor? variance)
    {
        switch (Variance)
        {
            case DdpmVariance.FixedSmall:
                return noise * Math.Sqrt(posterior);
            case DdpmVariance.FixedLarge:
                return noise * Math.Sqrt(added);
            case DdpmVariance.Learned:
                return noise * Require(variance).Sqrt();
            case DdpmVariance.LearnedRange:
                // Half of the logarithm, since its exponential is the deviation: mean ± range · (−1 … 1).
                double low = Math.Log(posterior) / 2, high = Math.Log(added) / 2;
                return noise * ((Require(variance) * ((high - low) / 2)) + ((high + low) / 2)).Exp();
            default:
                throw new InvalidOperationException();
        }
    }

    static Tensor Require(Tensor? variance) => variance ?? throw new ShapeException(Subject,
        "a learned variance is the second half of the network's output", "twice the channels", "the sample's");
}
