
namespace SuTI.Model.Training;

/// <summary>From a checkpoint of a run to the model that the run is made for.</summary>
public static class StageExport
{
    /// <summary>The average of the weights where the checkpoint has one, else the weights.</summary>
    /// <param name="stage">As it was trained; its parameters are those of the checkpoint afterwards.</param>
    /// <param name="checkpoint">The folder of a checkpoint: <see cref="TrainingResult.Checkpoint"/>.</param>
    /// <param name="path">Of the model's folder.</param>
    /// <exception cref="Engine.CheckpointException">The checkpoint does not fit, or the file system refused a step.</exception>
    public static void Save(IExportingStage stage, string checkpoint, string path)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(checkpoint);
        string average = Path.Combine(checkpoint, Trainer.AverageFile);
        stage.Parameters.Load(File.Exists(average) ? average : Path.Combine(checkpoint, Trainer.WeightsFile));
        stage.Export(path);
    }
}
