using SuTI.Engine;
using SuTI.Model.Training;

namespace SuTI.Model.Nano;

/// <summary>A stage by name.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Description">What is learnt, in a line.</param>
/// <param name="Create">
/// Reads the stage's own sections of a configuration, whose section <c>training</c> has been read, and makes the stage.
/// </param>
/// <param name="ReadsRun">Whether the stage may learn from a run, key <c>data.run</c>.</param>
/// <param name="HasStart">Whether the stage may begin as a model that there is, key <c>start</c>.</param>
public sealed record TrainingRecipe(string Name, string Description, Func<StageConfig, TrainingConfig, Device, IExportingStage> Create,
    bool ReadsRun = false, bool HasStart = false);

/// <summary>The stages that learn from the drawn world alone.</summary>
public static class NanoStages
{
    public static IReadOnlyList<TrainingRecipe> All { get; } =
    [
        new("clip", "Texts and pictures of the drawn world find each other: a small CLIP.", (config, training, device) =>
        {
            var tokenizer = NanoTokenizer.Create();
            return new ClipStage(NanoClipConfig.Read(config, tokenizer, training.BatchSize), tokenizer, training.Accumulation, device);
        }),
        new("dino", "Pictures of one subject find each other: the judge of identity, in DINO's place.", (config, training, device)
            => new DinoStage(DinoConfig.Read(config, training.BatchSize), training.Accumulation, device)),
    ];

    /// <exception cref="SutiException">There is no such stage.</exception>
    public static TrainingRecipe Named(string name)
        => All.FirstOrDefault(stage => stage.Name == name)
            ?? throw new SutiException("training", "there is no such stage", string.Join(", ", All.Select(stage => stage.Name)),
                $"'{CheckpointException.Printable(name ?? "")}'");
}
