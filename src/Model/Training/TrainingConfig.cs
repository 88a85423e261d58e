using SuTI.Engine.Optimization;

namespace SuTI.Model.Training;

/// <summary>What is the same for all stages: section <c>training</c> of a configuration.</summary>
/// <param name="Steps">Steps of the optimizer in all.</param>
/// <param name="BatchSize">Samples of a micro-batch.</param>
/// <param name="Accumulation">Micro-batches of a step.</param>
/// <param name="Seed">Of everything that is drawn.</param>
public sealed record TrainingConfig(int Steps, int BatchSize = 16, int Accumulation = 1, ulong Seed = 0)
{
    /// <summary>The mean loss of the steps since the latest checkpoint, as a name for <see cref="BestMetric"/>.</summary>
    public const string Loss = "loss";

    public OptimizerConfig Optimizer { get; init; } = new();

    public LearningRateSchedule Schedule { get; init; } = new ConstantSchedule(1e-4);

    /// <summary>Largest joint norm of the gradients; 0 for none.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Null for no average of the weights.</summary>
    public EmaOptions? Average { get; init; }

    /// <summary>Whether losses are scaled dynamically: for f16 activations.</summary>
    public bool ScalesLoss { get; init; }

    /// <summary>Steps in a row that may be left out because something was not finite.</summary>
    public int SkipLimit { get; init; } = 10;

    /// <summary>Steps between lines of metrics.</summary>
    public int LogSteps { get; init; } = 1;

    /// <summary>Steps between checkpoints; 0 for none by steps.</summary>
    public int CheckpointSteps { get; init; } = 1000;

    /// <summary>Minutes between checkpoints; 0 for none by time.</summary>
    public double CheckpointMinutes { get; init; } = 10;

    /// <summary>How many of the latest checkpoints stay, besides the best.</summary>
    public int KeptCheckpoints { get; init; } = 3;

    /// <summary>The metric whose least value makes a checkpoint the best: <see cref="Loss"/>, or one of the stage's probes.</summary>
    public string BestMetric { get; init; } = Loss;

    /// <summary>Steps between sample grids; 0 for none.</summary>
    public int SampleSteps { get; init; } = 1000;

    /// <summary>Steps between probes; 0 for none.</summary>
    public int ProbeSteps { get; init; } = 1000;

    /// <summary>Samples that a step sees.</summary>
    public int SamplesPerStep => BatchSize * Accumulation;

    public static TrainingConfig Read(StageConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        int steps = config.Whole("steps", 10_000, "Steps of the optimizer in all.", least: 1, free: true);
        var read = new TrainingConfig(steps,
            config.Whole("batch_size", 16, "Samples of a micro-batch.", 1, 1 << 20),
            config.Whole("accumulation", 1, "Micro-batches whose gradients make one step.", 1, 1 << 16),
            (ulong)config.Whole("seed", 0, "Of everything that is drawn: first weights, data, noise."));
        if ((long)read.BatchSize * read.Accumulation > int.MaxValue)
            throw config.Unsupported("accumulation", "fewer than 2^31 samples a step",
                $"{read.BatchSize} times {read.Accumulation}");
        var optimizer = OptimizerConfig.Read(config.Section("optimizer"));
        return read with
        {
            Optimizer = optimizer,
            Schedule = ReadSchedule(config.Section("schedule"), optimizer.LearningRate, steps),
            ClipNorm = config.Number("clip_norm", 1, "Largest joint norm of the gradients; 0 for none."),
            Average = ReadAverage(config.Section("ema")),
            ScalesLoss = config.Flag("loss_scale", false, "Whether the loss is scaled dynamically: for f16 activations."),
            SkipLimit = config.Whole("skip_limit", 10,
                "Steps in a row that may be left out because the loss or a gradient was not finite.", 1, free: true),
            LogSteps = config.Whole("log_steps", 1, "Steps between lines of metrics.", 1, free: true),
            CheckpointSteps = config.Whole("checkpoint_steps", 1000, "Steps between checkpoints; 0 for none by steps.", free: true),
            CheckpointMinutes = config.Number("checkpoint_minutes", 10, "Minutes between checkpoints; 0 for none by time.", free: true),
            KeptCheckpoints = config.Whole("keep", 3, "Latest checkpoints that stay, besides the best.", 1, free: true),
            BestMetric = config.Text("best_metric", Loss,
                "Least value makes a checkpoint the best: loss (the mean since the one before) or a probe of the stage.", free: true),
            SampleSteps = config.Whole("sample_steps", 1000, "Steps between sample grids; 0 for none.", free: true),
            ProbeSteps = config.Whole("probe_steps", 1000, "Steps between probes; 0 for none.", free: true),
        };
    }

    // Only what falls has an end: a constant rate lets a run be lengthened.
    static LearningRateSchedule ReadSchedule(StageConfig config, double rate, int steps)
    {
        string name = config.Choice("name", "constant", "How the rate goes on after the warm-up.",
            ("constant", "constant"), ("linear", "linear"), ("cosine", "cosine"));
        int warmup = config.Whole("warmup_steps", 0, "Steps during which the rate rises from 0.");
        if (name == "constant")
            return new ConstantSchedule(rate, warmup);
        int total = config.Whole("total_steps", steps, "Where the rate arrives at 0; by default the steps of the run.", 1);
        return name == "linear" ? new LinearSchedule(rate, total, warmup) : new CosineSchedule(rate, total, warmup);
    }

    static EmaOptions? ReadAverage(StageConfig config)
    {
        double decay = config.Number("decay", 0.9999,
            "Largest decay of the average of the weights, which samples and probes use; 0 keeps none.", most: 0.9999999);
        bool warmup = config.Flag("power_warmup", false,
            "Whether the decay rises as 1 − (1 + n)^(−2/3) rather than as (1 + n) / (10 + n).");
        int after = config.Whole("after_step", 0, "Steps during which the average only follows.");
        return decay == 0 ? null : new EmaOptions(decay, UpdateAfterStep: after, UseWarmup: warmup);
    }
}
