using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Euler's method for dx/dr = (x − x₀)/r, with r = σ/α and the sample scaled so that its signal has size 1 (Karras et al.
/// 2022, algorithm 1; k-diffusion's euler and, with fresh noise, euler_ancestral).
/// </summary>
public sealed class EulerSampler : Sampler
{
    readonly double? _initialScale;

    /// <param name="isAncestral">Whether a step goes further down and adds noise up to its level.</param>
    /// <param name="initialScale">By default √(r² + 1) of the first step: noise with as much signal as it has.</param>
    /// <inheritdoc cref="Sampler"/>
    public EulerSampler(IReadOnlyList<SamplingStep> steps, PredictionType prediction, bool isAncestral = false,
        double? initialScale = null)
        : base(steps, prediction, bound: null)
    {
        IsAncestral = isAncestral;
        _initialScale = initialScale;
    }

    public bool IsAncestral { get; }

    public override double InitialScale => _initialScale ?? 1 / Steps[0].From.Alpha;

    public override double InputScale(int step) => Steps[step].From.Alpha;

    public override bool DrawsNoise(int step) => IsAncestral && Fresh(Steps[step]) > 0;

    private protected override SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise)
    {
        var (_, from, to) = Steps[step];
        var (ofX, ofOutput) = CleanFactors(from);
        var clean = Sum((x, ofX * from.Alpha), (output, ofOutput));
        double fresh = IsAncestral ? Fresh(Steps[step]) : 0;
        double reached = Math.Sqrt(Math.Max(0, (to.Ratio * to.Ratio) - (fresh * fresh)));
        double share = reached / from.Ratio;
        var next = Sum((x, share), (clean, 1 - share));
        if (noise is not null)
            next += noise * fresh;
        return new(next, clean, history);
    }

    static double Fresh(SamplingStep step)
    {
        double from = step.From.Ratio * step.From.Ratio, to = step.To.Ratio * step.To.Ratio;
        return Math.Sqrt(to * (from - to) / from);
    }
}
