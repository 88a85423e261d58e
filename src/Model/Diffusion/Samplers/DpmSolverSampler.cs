using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// DPM-Solver++, multistep (Lu et al., DPM-Solver++: Fast Solver for Guided Sampling, 2022, algorithm 2 and appendix B):
/// x₀ as a polynomial in λ = ln(α/σ) through the last outputs, integrated exactly.
/// </summary>
/// <remarks>The history holds the x₀ of earlier steps.</remarks>
public sealed class DpmSolverSampler : Sampler
{
    const int ShortWalk = 15;

    readonly DpmSolverOptions _options;

    /// <exception cref="SutiException">An order that there is not.</exception>
    /// <inheritdoc cref="Sampler"/>
    public DpmSolverSampler(IReadOnlyList<SamplingStep> steps, PredictionType prediction, SampleBound? bound = null,
        DpmSolverOptions? options = null)
        : base(steps, prediction, bound)
    {
        _options = options ?? new();
        int highest = _options.IsStochastic ? 2 : 3;
        if (_options.Order < 1 || _options.Order > highest)
            throw new SutiException(Subject, "has an order", FormattableString.Invariant($"1 to {highest}"),
                FormattableString.Invariant($"{_options.Order}"));
    }

    public override bool DrawsNoise(int step) => _options.IsStochastic && FreshShare(Steps[step]) > 0;

    private protected override SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise)
    {
        var (_, from, to) = Steps[step];
        var clean = Clean(from, x, output);
        var remembered = history.With(clean, _options.Order);
        if (from == to)
            return new(x, clean, remembered);
        if (to.Sigma == 0)
            return new(clean, clean, remembered);
        double stride = to.HalfLogSnr - from.HalfLogSnr;
        double[] weights = Weights(step, stride, OrderOf(step));
        var next = x * (to.Sigma / from.Sigma * (_options.IsStochastic ? Math.Exp(-stride) : 1));
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] != 0)
                next += remembered.Outputs[i] * (to.Alpha * weights[i]);
        }
        if (noise is not null)
            next += noise * (to.Sigma * Math.Sqrt(FreshShare(Steps[step])));
        return new(next, clean, remembered);
    }

    int OrderOf(int step)
    {
        int order = Math.Min(_options.Order, step + 1);
        return _options.EndsInLowerOrder && Steps.Count < ShortWalk ? Math.Min(order, Steps.Count - step) : order;
    }

    /// <summary>Of the newest x₀ and those before, up to the factor α.</summary>
    double[] Weights(int step, double h, int order)
    {
        // The integral of the constant, the linear and the square term over the step.
        double exponent = _options.IsStochastic ? -2 * h : -h;
        double constant = -double.ExpM1(exponent);
        if (order == 1)
            return [constant];
        double before = Steps[step].From.HalfLogSnr - Steps[step - 1].From.HalfLogSnr;
        double linear = 1 + (double.ExpM1(exponent) / -exponent);
        if (order == 2)
        {
            // A slope over the stride before, in units of this one.
            double slope = (_options.IsHeun ? linear : constant / 2) * (h / before);
            return [constant + slope, -slope];
        }
        double further = Steps[step - 1].From.HalfLogSnr - Steps[step - 2].From.HalfLogSnr;
        double r0 = before / h, r1 = further / h;
        double square = ((double.ExpM1(-h) + h) / (h * h)) - 0.5;
        // Divided differences: near = (m₀ − m₁)/r₀, far = (m₁ − m₂)/r₁.
        double ofNear = (linear * (1 + (r0 / (r0 + r1)))) - (square / (r0 + r1));
        double ofFar = (-linear * (r0 / (r0 + r1))) + (square / (r0 + r1));
        return [constant + (ofNear / r0), (-ofNear / r0) + (ofFar / r1), -ofFar / r1];
    }

    static double FreshShare(SamplingStep step)
        => step.To.Sigma == 0 || step.From == step.To ? 0
            : -double.ExpM1(-2 * (step.To.HalfLogSnr - step.From.HalfLogSnr));
}
