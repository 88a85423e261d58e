using SuTI.Engine.Layers;

namespace SuTI.Model.Training;

/// <summary>
/// What is trained: the network with its loss and data. Everything else, from the optimizer to the report, is the
/// <see cref="Trainer"/>'s.
/// </summary>
/// <remarks>
/// A stage draws all that is random from <see cref="MicroBatch.Key"/> and keeps what it carries from step to step in
/// <see cref="State"/>. Then the step's number is the position in the data, and a run that is resumed goes on to the
/// same bits.
/// </remarks>
public interface ITrainingStage
{
    /// <summary>As on the command line: clip, base, dino, sr.</summary>
    string Name { get; }

    /// <summary>What the optimizer changes, apart from parameters that are frozen when the trainer is made.</summary>
    ParameterStore Parameters { get; }

    /// <summary>Stores that belong to checkpoints besides the parameters, by file name: a teacher, a running centre.</summary>
    IReadOnlyDictionary<string, ParameterStore> State => new Dictionary<string, ParameterStore>();

    /// <summary>The loss of one micro-batch, in the scope that is open.</summary>
    StageLoss Loss(MicroBatch batch);

    /// <summary>After an optimizer step that was not left out: the place to move a teacher.</summary>
    /// <param name="step">Of the micro-batches that it was made from.</param>
    void AfterStep(int step)
    {
    }

    /// <summary>Sample grids on fixed prompts, made with the averaged weights if there are any.</summary>
    /// <param name="step">Steps made so far.</param>
    IReadOnlyList<SamplePicture> Samples(int step) => [];

    /// <summary>Metrics on data that is not trained on, with the averaged weights if there are any.</summary>
    /// <inheritdoc cref="Samples"/>
    IReadOnlyDictionary<string, double> Probe(int step) => new Dictionary<string, double>();
}
