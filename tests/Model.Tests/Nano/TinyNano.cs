using System.Text;
using SuTI.Engine.IO;
using SuTI.Model.Nano;
using SuTI.Model.Tests.Training;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Nano;

/// <summary>Runs of the nano stages in the smallest sizes.</summary>
static class TinyNano
{
    internal const string Dino = """
        {"model": {"image_size": 16, "patch_size": 8, "width": 16, "layers": 1, "heads": 2}, "world": {"individuals": 4},
          "loss": {"peers": 2}, "training": {"steps": 6, "batch_size": 8, "accumulation": 2, "checkpoint_minutes": 0, "probe_steps": 3,
          "optimizer": {"learning_rate": 0.003}, "ema": {"decay": 0.9}}}
        """;

    internal const string Clip = """
        {"model": {"vision": {"image_size": 16, "patch_size": 8, "width": 16, "layers": 1, "heads": 2}, "text": {"width": 16, "layers": 1,
          "heads": 2}, "projection": 16}, "world": {"individuals": 4}, "loss": {"same_subject": 0.5}, "training": {"steps": 6,
          "batch_size": 8, "accumulation": 2, "checkpoint_minutes": 0, "probe_steps": 3, "optimizer": {"learning_rate": 0.003},
          "ema": {"decay": 0.9}}}
        """;

    /// <summary>Runs a stage as far as it goes, or stops it after a step; then exports it.</summary>
    internal static TrainingResult Go(string stage, string json, string path, int stopAfter = 0, string? export = null)
    {
        using var replaced = FileSteps.Use(new QuickSteps());
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "tiny.json");
        var training = TrainingConfig.Read(config.Section("training"));
        using var made = NanoStages.Named(stage).Create(config, training, Device.Cpu);
        config.Finish();
        using var folder = RunFolder.Open(path, made.Name, config);
        using var stop = new CancellationTokenSource();
        TrainingResult result;
        using (var trainer = new Trainer(made, training, folder, new()
        {
            Progress = progress =>
            {
                if (progress.Step == stopAfter)
                    stop.Cancel();
            },
        }))
            result = trainer.Run(stop.Token);
        if (export is not null)
            StageExport.Save(made, result.Checkpoint, export);
        return result;
    }
}
