namespace SuTI.Model.Training;

/// <summary>A stage whose result is a model that is used elsewhere.</summary>
public interface IExportingStage : ITrainingStage, IDisposable
{
    /// <summary>Writes the model as a folder that is opened like a published one; replaces an older one whole.</summary>
    /// <param name="path">Of the folder.</param>
    void Export(string path);
}
