using System.Text;
using SuTI.Engine.IO;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>Runs of <see cref="TinyStage"/>, and what they leave.</summary>
static class TinyRun
{
    /// <summary>Every step a checkpoint would be slow; every third is as good.</summary>
    internal const string Config = """
        {"training": {"steps": 20, "batch_size": 8, "seed": 3, "checkpoint_steps": 3, "checkpoint_minutes": 0, "keep": 2,
          "sample_steps": 8, "probe_steps": 4, "optimizer": {"learning_rate": 0.01}, "ema": {"decay": 0.99},
          "schedule": {"name": "cosine", "warmup_steps": 2}}}
        """;

    internal static TrainingResult Go(string path, string json = Config, TrainerOptions? options = null,
        Func<int, double>? factor = null, Action<TinyStage, Trainer>? look = null, FileSteps? steps = null, int brokenStep = -1,
        CancellationToken cancellation = default)
    {
        using var replaced = FileSteps.Use(steps ?? new QuickSteps());
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "tiny.json");
        var training = TrainingConfig.Read(config.Section("training"));
        config.Finish();
        using var stage = new TinyStage { Factor = factor ?? (_ => 1), BrokenStep = brokenStep };
        using var folder = RunFolder.Open(path, stage.Name, config);
        using var trainer = new Trainer(stage, training, folder, options);
        var result = trainer.Run(cancellation);
        look?.Invoke(stage, trainer);
        return result;
    }

    /// <summary>Runs until so many steps are made, then as after Ctrl-C.</summary>
    internal static TrainingResult GoUntil(int step, string path, string json = Config)
    {
        using var stop = new CancellationTokenSource();
        return Go(path, json, new()
        {
            Progress = progress =>
            {
                if (progress.Step == step)
                    stop.Cancel();
            }
        }, cancellation: stop.Token);
    }

    /// <summary>All that is learnt: step, metric and value bit for bit, but for what tells of time and memory.</summary>
    internal static string[] Curve(string path)
        => [.. MetricsFile.Read(Path.Combine(path, "metrics.jsonl")).SelectMany(line => line.Values
            .Where(value => value.Key is not ("seconds" or "images_per_second" or "peak_bytes"))
            .Select(value => FormattableString.Invariant($"{line.Step} {value.Key} {BitConverter.DoubleToInt64Bits(value.Value):x16}")))];

    /// <summary>The bytes of the tensors in the latest checkpoint.</summary>
    internal static Dictionary<string, byte[]> Tensors(TrainingResult result)
        => Directory.GetFiles(result.Checkpoint, "*.safetensors").ToDictionary(file => Path.GetFileName(file)!, File.ReadAllBytes);

    internal static string[] CheckpointNames(string path)
        => [.. Directory.GetFileSystemEntries(Path.Combine(path, "checkpoints")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
}
