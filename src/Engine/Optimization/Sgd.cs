using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>Options of <see cref="Sgd"/>, by default PyTorch's.</summary>
/// <param name="Momentum">Decay of the running sum of gradients; 0 keeps none.</param>
/// <param name="Dampening">A gradient enters the running sum times 1 less this; the first enters whole.</param>
/// <param name="WeightDecay">This times the parameter is added to its gradient.</param>
/// <param name="IsNesterov">Whether the step is taken from where the momentum would lead.</param>
public sealed record SgdOptions(
    double LearningRate = 1e-3, double Momentum = 0, double Dampening = 0, double WeightDecay = 0,
    bool IsNesterov = false);

/// <summary>
/// Stochastic gradient descent with momentum, as PyTorch defines it (Sutskever et al., 2013, with another scale).
/// </summary>
public sealed class Sgd : Optimizer<SgdOptions>
{
    public Sgd(IEnumerable<Parameter> parameters, SgdOptions? options = null,
        params ReadOnlySpan<ParameterGroup<SgdOptions>> groups)
        : base("sgd", parameters, options ?? new(), groups, Momentum)
    {
    }

    private protected override void Update(SgdOptions options, StepPass pass, int step, ReadOnlySpan<OptimizerSlot> slots)
        => slots[0].Parameter.Device.SgdStep(slots, At(options, pass, step), pass,
            IsCaptured ? Again(options, pass, slots[0]) : null);

    Func<Kernels.SgdOptions> Again(SgdOptions options, StepPass pass, OptimizerSlot first)
        => () => At(options, pass, first.Steps + 1);

    Kernels.SgdOptions At(SgdOptions options, StepPass pass, int step)
        => new(Rate(options.LearningRate, Options.LearningRate, pass.Rate), options.Momentum, options.Dampening,
            options.WeightDecay, options.IsNesterov, IsFirst: step == 1);

    static Parameter[] Momentum(ParameterScope scope, Parameter parameter, SgdOptions options)
    {
        if (options.IsNesterov && (options.Momentum <= 0 || options.Dampening != 0))
            throw new SutiException("sgd", "Nesterov's step needs momentum without dampening",
                "a momentum above 0 and a dampening of 0",
                $"{options.Momentum} and {options.Dampening}");
        return options.Momentum == 0 ? []
            : [scope.Declare("momentum_buffer", parameter.Shape, Initialiser.Zeros, parameter.Layout)];
    }
}
