using SuTI.Engine.Layers;
using SuTI.Kernels;

namespace SuTI.Engine.Optimization;

/// <summary>Options of <see cref="Adafactor"/>, by default those of Hugging Face transformers.</summary>
/// <param name="LearningRate">Needed without relative steps, refused with them.</param>
/// <param name="SquareEpsilon">ε₁, added to squared gradients.</param>
/// <param name="ScaleEpsilon">ε₂, the least scale of a parameter.</param>
/// <param name="ClipThreshold">Largest root mean square of an update.</param>
/// <param name="DecayRate">The second moment's decay at step t is 1 − t^this.</param>
/// <param name="Beta1">Decay of the first moment; null keeps none.</param>
/// <param name="WeightDecay">Parameters shrink by this times the step size.</param>
/// <param name="ScaleParameter">Whether the step size is multiplied by the parameter's root mean square.</param>
/// <param name="RelativeStep">Whether the step size falls as 1 / √t from at most 1e−2.</param>
/// <param name="WarmupInit">Whether relative steps grow as 1e−6 t at first.</param>
public sealed record AdafactorOptions(
    double? LearningRate = null,
    double SquareEpsilon = 1e-30,
    double ScaleEpsilon = 1e-3,
    double ClipThreshold = 1,
    double DecayRate = -0.8,
    double? Beta1 = null,
    double WeightDecay = 0,
    bool ScaleParameter = true,
    bool RelativeStep = true,
    bool WarmupInit = false);

/// <summary>
/// Adafactor (Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018).
/// </summary>
/// <remarks>
/// The second moment of a parameter of two or more axes is kept as the means over each of its last two, in the order
/// that checkpoints have them: for convolution weights over R and S, as where the published numbers come from.
/// </remarks>
public sealed class Adafactor : Optimizer<AdafactorOptions>
{
    public Adafactor(IEnumerable<Parameter> parameters, AdafactorOptions? options = null,
        params ReadOnlySpan<ParameterGroup<AdafactorOptions>> groups)
        : base("adafactor", parameters, options ?? new(), groups, Moments)
    {
    }

    /// <summary>How the second moment of a parameter is factored; null where it is kept whole.</summary>
    internal static AdafactorShape? Factors(Parameter parameter)
    {
        var shape = parameter.Shape;
        if (shape.Rank < 2)
            return null;
        bool channelsLast = parameter.Layout == CheckpointLayout.ChannelsFirst && shape.Rank >= 4;
        int inner = channelsLast ? shape[-1] : 1;
        int last = channelsLast ? shape.Rank - 2 : shape.Rank - 1;
        int batch = 1;
        for (int axis = 0; axis < last - 1; axis++)
            batch *= shape[axis];
        return new(batch, shape[last - 1], shape[last], inner);
    }

    private protected override void Update(AdafactorOptions options, StepPass pass, int step, ReadOnlySpan<OptimizerSlot> slots)
    {
        var constants = At(options, pass, step);
        foreach (var slot in slots)
            slot.Parameter.Device.AdafactorStep(slot, constants, pass, IsCaptured ? Again(options, pass, slot) : null);
    }

    Func<Kernels.AdafactorOptions> Again(AdafactorOptions options, StepPass pass, OptimizerSlot slot)
        => () => At(options, pass, slot.Steps + 1);

    Kernels.AdafactorOptions At(AdafactorOptions options, StepPass pass, int step)
    {
        double? learningRate = pass.Rate;
        if (options.RelativeStep && learningRate is not null)
            throw new SutiException("adafactor", "relative steps take no learning rate", "Step() without one",
                $"{learningRate}");
        double rate = options.RelativeStep
            ? Math.Min(options.WarmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step))
            : Rate(options.LearningRate!.Value, Options.LearningRate ?? options.LearningRate.Value, learningRate);
        return new(rate, 1 - Math.Pow(step, options.DecayRate), options.Beta1 ?? 0,
            options.WeightDecay, options.ClipThreshold, options.SquareEpsilon, options.ScaleEpsilon,
                options.ScaleParameter);
    }

    // The first moment comes last: it is the one that may be absent.
    static Parameter[] Moments(ParameterScope scope, Parameter parameter, AdafactorOptions options)
    {
        if (options.RelativeStep && options.LearningRate is not null)
            throw new SutiException("adafactor", "relative steps have no learning rate", "one of the two", "both");
        if (!options.RelativeStep && (options.LearningRate is null || options.WarmupInit))
            throw new SutiException("adafactor",
                "without relative steps there is a learning rate and no warm-up of them");
        var states = new List<Parameter>();
        if (Factors(parameter) is null)
        {
            states.Add(scope.Declare("exp_avg_sq", parameter.Shape, Initialiser.Zeros, parameter.Layout));
        }
        else
        {
            bool channelsLast = parameter.Layout == CheckpointLayout.ChannelsFirst && parameter.Shape.Rank >= 4;
            int columns = parameter.Shape.Rank - (channelsLast ? 2 : 1);
            states.Add(scope.Declare("exp_avg_sq_row", Without(parameter.Shape, columns), Initialiser.Zeros,
                parameter.Layout));
            states.Add(scope.Declare("exp_avg_sq_col", Without(parameter.Shape, columns - 1), Initialiser.Zeros,
                parameter.Layout));
        }
        if (options.Beta1 is not null)
            states.Add(scope.Declare("exp_avg", parameter.Shape, Initialiser.Zeros, parameter.Layout));
        return [.. states];
    }

    static Shape Without(Shape shape, int axis) => Shape.Create([.. shape.Where((_, i) => i != axis)]);
}
