using System.Diagnostics;
using SuTI.Engine;
using SuTI.Model.Generation;
using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>
/// Tunes a model to each subject by its demonstrations before it draws: an expert, or Dream-SuTI where the options say that it reads
/// the demonstrations besides. Tuning counts as preparing.
/// </summary>
public sealed class TunedRoute : IDrawingRoute, IDisposable
{
    readonly SubjectModel _model;
    readonly SubjectTuner _tuner;
    readonly EvaluationSettings _settings;
    readonly int _demonstrations, _read;
    bool _isWarm;

    /// <param name="loaded">Stays the caller's; its weights are its own again after each subject.</param>
    /// <param name="demonstrations">By how many it is tuned.</param>
    /// <param name="subjects">It is taken for so many; null is all.</param>
    /// <exception cref="SutiException">An option out of its range, or no demonstration.</exception>
    public TunedRoute(string name, LoadedSubjectModel loaded, TuningOptions options, int demonstrations, EvaluationSettings settings, int? subjects = null)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        if (demonstrations < 1 || demonstrations > settings.Demonstrations)
            throw new SutiException(name, "is tuned by demonstrations that are there", FormattableString.Invariant($"1 to {settings.Demonstrations}"),
                FormattableString.Invariant($"{demonstrations}"));
        (Name, Subjects, _model, _demonstrations, _settings) = (name, subjects, loaded.Model, demonstrations, settings);
        _read = options.ReadsDemonstrations ? demonstrations : 0;
        MadeBy = FormattableString.Invariant($"model {ModelDigest.Compute(loaded.Folder)} tuned by {demonstrations} demonstrations, {options}");
        _tuner = new(loaded.Model, loaded.Weights, options);
    }

    public string Name { get; }

    public string MadeBy { get; }

    public int? Subjects { get; }

    /// <summary>Told the steps of tuning made.</summary>
    public Action<int>? Progress { get; set; }

    public DrawnPictures Draw(TestSubject subject, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (!_isWarm)
            PromptDrawing.WarmUp(_model, _settings, subject, _read);
        _isWarm = true;
        try
        {
            long begun = Stopwatch.GetTimestamp();
            _tuner.Tune([.. subject.Demonstrations.Take(_demonstrations).Select(photograph => new TuningPicture(photograph.Image, photograph.Caption))],
                _settings.Noise(subject.Number, 0, 0), (step, _) => Progress?.Invoke(step), stop);
            return PromptDrawing.Draw(_model, _settings, subject, _read, stop, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        finally
        {
            _tuner.Reset();
        }
    }

    public void Dispose() => _tuner.Dispose();
}
