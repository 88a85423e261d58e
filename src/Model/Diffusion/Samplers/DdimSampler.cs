using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Denoising diffusion implicit models (Song, Meng, Ermon 2021, equation 12): the same ε carries the sample to the next
/// level; with eta, a part of it is drawn anew.
/// </summary>
public sealed class DdimSampler : Sampler
{
    /// <param name="eta">0 draws nothing, 1 as much as <see cref="DdpmSampler"/>.</param>
    /// <inheritdoc cref="Sampler"/>
    public DdimSampler(IReadOnlyList<SamplingStep> steps, PredictionType prediction, SampleBound? bound = null,
        double eta = 0)
        : base(steps, prediction, bound)
        => Eta = eta is >= 0 and <= 1 ? eta : throw new SutiException(Subject, "eta lies between 0 and 1", "0 to 1",
            FormattableString.Invariant($"{eta}"));

    public double Eta { get; }

    public override bool DrawsNoise(int step) => Deviation(Steps[step]) > 0;

    private protected override SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise)
    {
        var (_, from, to) = Steps[step];
        var clean = Clean(from, x, output);
        double fresh = Deviation(Steps[step]);
        // Rounding may leave a tiny negative number where all noise is fresh.
        double kept = Math.Sqrt(Math.Max(0, to.NoiseVariance - (fresh * fresh)));
        var (ofX, ofOutput) = NoiseFactors(from);
        var next = Sum((clean, to.Alpha), (x, ofX * kept), (output, ofOutput * kept));
        if (noise is not null)
            next += noise * fresh;
        return new(next, clean, history);
    }

    double Deviation(SamplingStep step)
    {
        double posterior = step.To.NoiseVariance / step.From.NoiseVariance
            * (1 - (step.From.SignalVariance / step.To.SignalVariance));
        return Eta * Math.Sqrt(posterior);
    }
}
