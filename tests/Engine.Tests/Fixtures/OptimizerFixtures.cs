using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>optimizers: gradients are given; the parameters after each step are compared.</summary>
/// <remarks>
/// Each trajectory runs twice: as given, and with kernels of four axes kept channels-last, as convolutions keep theirs.
/// </remarks>
static class OptimizerFixtures
{
    const string Start = "in.init.";

    public static void Run(FixtureCase fixture)
    {
        Trajectory(fixture, CheckpointLayout.Same);
        Trajectory(fixture, CheckpointLayout.ChannelsFirst);
    }

    static void Trajectory(FixtureCase fixture, CheckpointLayout kernels)
    {
        using var store = new ParameterStore(Device.Cpu, fixture.DType);
        foreach (string key in fixture.Keys.Where(key => key.StartsWith(Start, StringComparison.Ordinal)).ToList())
        {
            var value = fixture.Read(key);
            var layout = value.Shape.Rank == 4 ? kernels : CheckpointLayout.Same;
            value = value.Permute(layout.EngineAxes(value.Shape.Rank));
            store.Root.Declare(key[Start.Length..], value.Shape, Initialiser.Zeros, layout).Set(value);
        }
        using var optimizer = Create(store, fixture.Options);
        double? maxNorm = fixture.Options.OptionalNumber("max_grad_norm");
        for (int i = 0; store.Parameters.Any(parameter => fixture.Has($"in.grad.{parameter.Path}.{i}")); i++)
        {
            foreach (var parameter in store.Parameters)
            {
                string key = $"in.grad.{parameter.Path}.{i}";
                parameter.ClearGradient();
                if (fixture.Has(key))
                    SetGradient(parameter, fixture.Read(key));
            }
            if (maxNorm is not null)
                fixture.Compare($"out.grad_norm.{i}", optimizer.ClipGradients(maxNorm.Value));
            optimizer.Step();
            foreach (var parameter in store.Parameters)
                fixture.Compare($"out.{parameter.Path}.{i}",
                    parameter.Value.Permute(parameter.Layout.FileAxes(parameter.Shape.Rank)));
        }
    }

    static Optimizer Create(ParameterStore store, CaseOptions options)
    {
        options.Only("amsgrad", false);
        options.Only("maximize", false);
        double[] betas = options.Numbers("betas") ?? [0.9, 0.999];
        return options.Text("optimizer") switch
        {
            "AdamW" => new AdamW(store.Parameters, new(options.Number("lr", 1e-3), betas[0], betas[1],
                options.Number("eps", 1e-8), options.Number("weight_decay", 1e-2))),
            "Adam" => new Adam(store.Parameters, new(options.Number("lr", 1e-3), betas[0], betas[1],
                options.Number("eps", 1e-8), options.Number("weight_decay", 0))),
            "SGD" => new Sgd(store.Parameters, new(options.Number("lr"), options.Number("momentum", 0),
                options.Number("dampening", 0), options.Number("weight_decay", 0), options.Flag("nesterov"))),
            "Adafactor" => Adafactor(store, options),
            string unknown => throw new NotSupportedException($"optimizer {unknown}: unknown"),
        };
    }

    static Adafactor Adafactor(ParameterStore store, CaseOptions options)
    {
        var usual = new AdafactorOptions();
        double[] epsilon = options.Numbers("eps") ?? [usual.SquareEpsilon, usual.ScaleEpsilon];
        return new(store.Parameters, new(options.OptionalNumber("lr"), epsilon[0], epsilon[1],
            options.Number("clip_threshold", usual.ClipThreshold), options.Number("decay_rate", usual.DecayRate),
            options.OptionalNumber("beta1"), options.Number("weight_decay", usual.WeightDecay),
            options.Flag("scale_parameter", usual.ScaleParameter), options.Flag("relative_step", usual.RelativeStep),
            options.Flag("warmup_init", usual.WarmupInit)));
    }

    static void SetGradient(Parameter parameter, Tensor gradient)
    {
        var leaf = parameter.Value.Leaf!;
        leaf.Gradient = gradient.Permute(parameter.Layout.EngineAxes(parameter.Shape.Rank)).Copy().Alias();
    }
}
