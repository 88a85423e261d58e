using SuTI.Engine;
using SuTI.Model.Generation;
using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>A model draws at once, from some of the demonstrations or none.</summary>
public sealed class ModelRoute : IDrawingRoute
{
    readonly LoadedSubjectModel _loaded;
    readonly EvaluationSettings _settings;
    readonly int _demonstrations;
    bool _isWarm;

    /// <param name="loaded">Stays the caller's.</param>
    /// <param name="demonstrations">How many are read; 0 draws from the prompt alone.</param>
    /// <exception cref="SutiException">More demonstrations than there are, or a model of text alone is asked to read some.</exception>
    public ModelRoute(string name, LoadedSubjectModel loaded, int demonstrations, EvaluationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(settings);
        if (demonstrations < 0 || demonstrations > settings.Demonstrations)
            throw new SutiException(name, "reads demonstrations that are there", FormattableString.Invariant($"0 to {settings.Demonstrations}"),
                FormattableString.Invariant($"{demonstrations}"));
        if (demonstrations > 0 && loaded.Model.Apprentice is null)
            throw new SutiException(CheckpointException.Printable(loaded.Folder.Path, 1000), "reads demonstrations", "an apprentice", "a model of text alone");
        (Name, _loaded, _demonstrations, _settings) = (name, loaded, demonstrations, settings);
        MadeBy = FormattableString.Invariant($"model {ModelDigest.Compute(loaded.Folder)}, {demonstrations} demonstrations");
    }

    public string Name { get; }

    public string MadeBy { get; }

    public DrawnPictures Draw(TestSubject subject, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (!_isWarm)
            PromptDrawing.WarmUp(_loaded.Model, _settings, subject, _demonstrations);
        _isWarm = true;
        return PromptDrawing.Draw(_loaded.Model, _settings, subject, _demonstrations, stop);
    }
}
