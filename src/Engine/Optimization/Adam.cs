using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>Options of <see cref="AdamW"/>, by default PyTorch's.</summary>
/// <param name="WeightDecay">Parameters shrink by this times the learning rate, apart from the gradient's step.</param>
public sealed record AdamWOptions(
    double LearningRate = 1e-3, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8,
    double WeightDecay = 1e-2);

/// <summary>Options of <see cref="Adam"/>, by default PyTorch's.</summary>
/// <param name="WeightDecay">This times the parameter is added to its gradient.</param>
public sealed record AdamOptions(
    double LearningRate = 1e-3, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8,
    double WeightDecay = 0);

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, Algorithm 2).
/// </summary>
public sealed class AdamW : Optimizer<AdamWOptions>
{
    public AdamW(IEnumerable<Parameter> parameters, AdamWOptions? options = null,
        params ReadOnlySpan<ParameterGroup<AdamWOptions>> groups)
        : base("adamw", parameters, options ?? new(), groups,
            static (scope, parameter, _) => Adam.Moments(scope, parameter))
    {
    }

    private protected override bool AveragesToo => true;

    private protected override void Update(AdamWOptions options, StepPass pass, int step, ReadOnlySpan<OptimizerSlot> slots)
        => slots[0].Parameter.Device.AdamStep(slots, At(options, pass, step), pass,
            IsCaptured ? Again(options, pass, slots[0]) : null);

    Func<Kernels.AdamOptions> Again(AdamWOptions options, StepPass pass, OptimizerSlot first)
        => () => At(options, pass, first.Steps + 1);

    Kernels.AdamOptions At(AdamWOptions options, StepPass pass, int step)
        => Adam.Constants(Rate(options.LearningRate, Options.LearningRate, pass.Rate),
            options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, step, isDecoupled: true)
            with
        { AverageDecay = pass.AverageDecay };
}

/// <summary>
/// Adam (Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, Algorithm 1), with L2 regularisation.
/// </summary>
public sealed class Adam : Optimizer<AdamOptions>
{
    public Adam(IEnumerable<Parameter> parameters, AdamOptions? options = null,
        params ReadOnlySpan<ParameterGroup<AdamOptions>> groups)
        : base("adam", parameters, options ?? new(), groups, static (scope, parameter, _) => Moments(scope, parameter))
    {
    }

    internal static Parameter[] Moments(ParameterScope scope, Parameter parameter) =>
    [
        scope.Declare("exp_avg", parameter.Shape, Initialiser.Zeros, parameter.Layout),
        scope.Declare("exp_avg_sq", parameter.Shape, Initialiser.Zeros, parameter.Layout),
    ];

    internal static Kernels.AdamOptions Constants(double rate, double beta1, double beta2, double epsilon,
        double weightDecay, int step, bool isDecoupled)
        => new(rate, beta1, beta2, epsilon, weightDecay, 1 - Math.Pow(beta1, step), 1 - Math.Pow(beta2, step),
            isDecoupled);

    private protected override bool AveragesToo => true;

    private protected override void Update(AdamOptions options, StepPass pass, int step, ReadOnlySpan<OptimizerSlot> slots)
        => slots[0].Parameter.Device.AdamStep(slots, At(options, pass, step), pass,
            IsCaptured ? Again(options, pass, slots[0]) : null);

    Func<Kernels.AdamOptions> Again(AdamOptions options, StepPass pass, OptimizerSlot first)
        => () => At(options, pass, first.Steps + 1);

    Kernels.AdamOptions At(AdamOptions options, StepPass pass, int step)
        => Constants(Rate(options.LearningRate, Options.LearningRate, pass.Rate),
            options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, step, isDecoupled: false) with
        { AverageDecay = pass.AverageDecay };
}
