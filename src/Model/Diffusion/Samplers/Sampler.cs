using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// A walk from noise to a clean sample: which times the network is asked at, and what its answers make of the sample.
/// Nothing in it changes; what a walk remembers is handed from step to step.
/// </summary>
/// <remarks>Coefficients are computed in f64, tensors in the type of the sample, f32.</remarks>
public abstract class Sampler
{
    protected const string Subject = "sampler";

    /// <exception cref="SutiException">There are no steps.</exception>
    private protected Sampler(IReadOnlyList<SamplingStep> steps, PredictionType prediction, SampleBound? bound)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (steps.Count == 0)
            throw new SutiException(Subject, "has steps", "at least one", "none");
        Steps = steps;
        Prediction = prediction;
        Bound = bound;
    }

    /// <summary>One for each call of the network.</summary>
    public IReadOnlyList<SamplingStep> Steps { get; }

    /// <summary>What the network says.</summary>
    public PredictionType Prediction { get; }

    /// <summary>How x₀ is kept in range at each step, if it is.</summary>
    public SampleBound? Bound { get; }

    /// <summary>Standard deviation of the noise that the walk starts from.</summary>
    public virtual double InitialScale => 1;

    /// <summary>What the sample is multiplied with before the network sees it.</summary>
    public virtual double InputScale(int step) => 1;

    /// <summary>Whether a step adds fresh noise.</summary>
    public virtual bool DrawsNoise(int step) => false;

    /// <summary>One step: a function of its arguments alone.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="x">(N, …, C), in the sampler's scale.</param>
    /// <param name="output">
    /// Of the network: (N, …, C), or (N, …, 2C) where the second half describes the variance.
    /// </param>
    /// <param name="history">What the step before returned; <see cref="SamplerHistory.Empty"/> at first.</param>
    /// <param name="noise">Standard normal, of the shape of <paramref name="x"/>, if the step draws any.</param>
    /// <returns>Tensors in the caller's scope, or what was handed in.</returns>
    /// <exception cref="SutiException">No such step, other shapes, or no noise where it is needed.</exception>
    public SamplerResult Step(int step, Tensor x, Tensor output, SamplerHistory history, Tensor? noise = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(history);
        Check(step, x, output, noise);
        using var scope = TensorScope.Open(Subject);
        int channels = x.Shape[-1];
        output = output.Cast(x.DType);
        Tensor? variance = null;
        if (output.Shape[-1] != channels)
        {
            variance = output.Slice(-1, channels, channels);
            output = output.Slice(-1, 0, channels);
        }
        var result = Move(step, x, output, variance, history, DrawsNoise(step) ? noise!.Cast(x.DType) : null);
        scope.Keep(result.X);
        scope.Keep(result.Clean);
        foreach (var tensor in result.History.Tensors)
            scope.Keep(tensor);
        return result;
    }

    /// <param name="variance">The second half of the channels, if there are twice as many.</param>
    /// <param name="noise">Not null where <see cref="DrawsNoise"/>.</param>
    private protected abstract SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise);

    /// <summary>x₀, bounded.</summary>
    private protected Tensor Clean(NoiseLevel level, Tensor x, Tensor output)
    {
        var (ofX, ofOutput) = CleanFactors(level);
        var clean = Sum((x, ofX), (output, ofOutput));
        return Bound?.Apply(clean) ?? clean;
    }

    /// <summary>x₀ = OfX · x + OfOutput · output, not bounded.</summary>
    private protected (double OfX, double OfOutput) CleanFactors(NoiseLevel level) => Prediction switch
    {
        PredictionType.Epsilon => (1 / level.Alpha, -level.Ratio),
        PredictionType.Sample => (0, 1),
        PredictionType.Velocity => (level.Alpha, -level.Sigma),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>ε = OfX · x + OfOutput · output; no bound changes it.</summary>
    private protected (double OfX, double OfOutput) NoiseFactors(NoiseLevel level) => Prediction switch
    {
        PredictionType.Epsilon => (0, 1),
        PredictionType.Sample => (1 / level.Sigma, -level.Alpha / level.Sigma),
        PredictionType.Velocity => (level.Sigma, level.Alpha),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The weighted sum; what has no weight is not touched, so that its NaN or infinity does not count.</summary>
    private protected static Tensor Sum(params ReadOnlySpan<(Tensor Tensor, double Weight)> terms)
    {
        Tensor? sum = null;
        foreach (var (tensor, weight) in terms)
        {
            if (weight == 0)
                continue;
            var term = weight == 1 ? tensor : tensor * weight;
            sum = sum is null ? term : sum + term;
        }
        return sum ?? terms[0].Tensor * 0;
    }

    void Check(int step, Tensor x, Tensor output, Tensor? noise)
    {
        if (step < 0 || step >= Steps.Count)
            throw new SutiException(Subject, "takes its own steps",
                string.Create(CultureInfo.InvariantCulture, $"0 to {Steps.Count - 1}"),
                step.ToString(CultureInfo.InvariantCulture));
        if (x.DType is not (DType.Float32 or DType.Float64))
            throw new DTypeException(Subject, "keeps the sample in full precision", "f32", x.DType.Label());
        int rank = x.Shape.Rank;
        bool fits = rank >= 2 && output.Shape.Rank == rank && output.Shape.With(rank - 1, x.Shape[-1]) == x.Shape
            && (output.Shape[-1] == x.Shape[-1] || output.Shape[-1] == 2 * x.Shape[-1]);
        if (!fits)
            throw new ShapeException(Subject, "takes an output of the sample's shape, or of twice its channels",
                x.Shape.ToString(), output.Shape.ToString());
        if (DrawsNoise(step) && noise?.Shape != x.Shape)
            throw new ShapeException(Subject, "this step adds noise of the sample's shape", x.Shape.ToString(),
                noise is null ? "none" : noise.Shape.ToString());
    }
}
