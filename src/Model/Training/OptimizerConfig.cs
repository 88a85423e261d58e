using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Model.Training;

/// <summary>Which optimizer, with which options: section <c>optimizer</c>.</summary>
/// <param name="Name">adamw, adam, adafactor or sgd.</param>
/// <param name="LearningRate">What the schedule's factors multiply.</param>
/// <param name="Beta1">Decay of the mean of gradients; of sgd, the momentum. 0 of adafactor keeps none.</param>
/// <param name="Beta2">Decay of the mean of squared gradients (adamw, adam).</param>
/// <param name="Epsilon">Added to the root of the second moment (adamw, adam).</param>
/// <param name="DecaysAll">Whether normalisations and biases decay too.</param>
public sealed record OptimizerConfig(string Name = "adamw", double LearningRate = 1e-4, double Beta1 = 0.9,
    double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 1e-2, bool DecaysAll = false)
{
    /// <summary>Reads the keys that the chosen optimizer has; others are not known then.</summary>
    public static OptimizerConfig Read(StageConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        string name = config.Choice("name", "adamw", "The rule by which gradients change weights.",
            ("adamw", "adamw"), ("adam", "adam"), ("adafactor", "adafactor"), ("sgd", "sgd"));
        var read = new OptimizerConfig(name) with
        {
            LearningRate = config.Number("learning_rate", 1e-4, "The largest rate of the schedule.", most: 10),
            WeightDecay = config.Number("weight_decay", name == "adamw" ? 1e-2 : 0,
                "Share of a weight that is taken off, times the rate (adamw, adafactor), or added to its gradient.", most: 1),
            DecaysAll = config.Flag("decay_all", false, "Whether biases and the weights of normalisations decay too."),
        };
        read = name switch
        {
            "adamw" or "adam" => read with
            {
                Beta1 = config.Number("beta1", 0.9, "Decay of the mean of gradients.", most: 0.99999),
                Beta2 = config.Number("beta2", 0.999, "Decay of the mean of squared gradients.", most: 0.9999999),
                Epsilon = config.Number("epsilon", 1e-8, "Added to the root of the mean of squares.", 1e-30, 1),
            },
            "adafactor" => read with
            {
                Beta1 = config.Number("momentum", 0, "Decay of the mean of gradients; 0 keeps none.", most: 0.99999),
            },
            _ => read with { Beta1 = config.Number("momentum", 0, "Decay of the sum of gradients.", most: 0.99999) },
        };
        return read;
    }

    /// <summary>The optimizer over those of a stage's parameters that are not frozen now.</summary>
    public Optimizer Create(IEnumerable<Parameter> parameters) => Name switch
    {
        "adamw" => Make(new AdamWOptions(LearningRate, Beta1, Beta2, Epsilon, WeightDecay),
            static options => options with { WeightDecay = 0 }, (options, groups) => new AdamW(parameters, options, groups)),
        "adam" => Make(new AdamOptions(LearningRate, Beta1, Beta2, Epsilon, WeightDecay),
            static options => options with { WeightDecay = 0 }, (options, groups) => new Adam(parameters, options, groups)),
        "adafactor" => Make(new AdafactorOptions(LearningRate, Beta1: Beta1 == 0 ? null : Beta1, WeightDecay: WeightDecay,
            RelativeStep: false),
            static options => options with { WeightDecay = 0 }, (options, groups) => new Adafactor(parameters, options, groups)),
        "sgd" => Make(new SgdOptions(LearningRate, Beta1, WeightDecay: WeightDecay),
            static options => options with { WeightDecay = 0 }, (options, groups) => new Sgd(parameters, options, groups)),
        _ => throw new Engine.SutiException("optimizer", "has no such name", "adamw, adam, adafactor or sgd", $"'{Name}'"),
    };

    Optimizer Make<TOptions>(TOptions options, Func<TOptions, TOptions> withoutDecay,
        Func<TOptions, ParameterGroup<TOptions>[], Optimizer> make) where TOptions : class
        => make(options, DecaysAll ? [] : [ParameterGroup.NormsAndBiases(withoutDecay(options))]);
}
