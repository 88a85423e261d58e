using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Training;

/// <summary>
/// Trains a stage in a run's folder: steps, metrics, samples, probes, checkpoints, the report. What it finds there it
/// goes on with, to the same bits as if it had never stopped.
/// </summary>
/// <example><code>
/// using var folder = RunFolder.Open("runs/clip", stage.Name, config);
/// using var trainer = new Trainer(stage, training, folder);
/// var result = trainer.Run(cancellation);
/// </code></example>
public sealed class Trainer : IDisposable
{
    internal const string WeightsFile = "weights.safetensors", AverageFile = "ema.safetensors";
    const string OptimizerFile = "optimizer.safetensors";

    readonly ITrainingStage _stage;
    readonly TrainingConfig _config;
    readonly RunFolder _folder;
    readonly TrainerOptions _options;
    readonly StepRunner _runner;
    readonly ProgressClock _clock;
    readonly Action<string> _notice;

    int _step, _skipped, _skippedInARow, _steppedSinceCheckpoint;
    double _secondsBefore, _lossSinceCheckpoint;
    int? _savedStep;
    BestCheckpoint? _best;
    IReadOnlyDictionary<string, double>? _probed;

    /// <summary>Gives the stage's parameters their first values, where they have none.</summary>
    /// <param name="stage">Disposed of by the caller, after the trainer.</param>
    /// <param name="folder">Held until the trainer is disposed of; the caller closes it.</param>
    public Trainer(ITrainingStage stage, TrainingConfig config, RunFolder folder, TrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(folder);
        (_stage, _config, _folder, _options) = (stage, config, folder, options ?? new());
        _notice = _options.Notice ?? (_ => { });
        _clock = new(_options.Time, _options.Minutes);
        foreach (string name in stage.State.Keys)
            PlainName.Check("state of a stage", name);
        _runner = new(stage, config);
    }

    /// <summary>Steps made.</summary>
    public int Step => _step;

    /// <summary>Goes on from the newest whole checkpoint until all steps are made, the time is up or it is cancelled.</summary>
    /// <exception cref="NonFiniteException">
    /// Too many steps in a row were left out, or a parameter is not finite; the latest checkpoint stays.
    /// </exception>
    /// <exception cref="CheckpointException">
    /// The file system refused a step; the checkpoints that were there stay. Or no checkpoint is whole.
    /// </exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        Resume();
        using var metrics = MetricsFile.Open(_folder.MetricsFile, _step);
        using var events = EventFile.Open(_folder.EventsFile, _step, _options.Time);
        var samples = new SampleFiles(_folder.SamplesFolder);
        samples.RemoveAfter(_step);
        try
        {
            var reason = Loop(metrics, events, samples, cancellation);
            if (_savedStep != _step)
                Save();
            WriteReport(reason.ToString());
            return new(reason, _step, _skipped, _folder.Checkpoints.FolderOf(_step), _folder.ReportFile);
        }
        catch (NonFiniteException failure)
        {
            WriteReport(failure.Message);
            throw;
        }
    }

    public void Dispose() => _runner.Dispose();

    StopReason Loop(MetricsFile metrics, EventFile events, SampleFiles samples, CancellationToken cancellation)
    {
        while (_step < _config.Steps)
        {
            if (cancellation.IsCancellationRequested)
                return StopReason.Cancelled;
            if (_clock.IsUp)
                return StopReason.TimeUp;
            MakeStep(metrics, events);
            if (IsDue(_config.ProbeSteps))
                Probe(metrics, events);
            if (IsDue(_config.SampleSteps))
                Sample(events, samples);
            // Amid steps that are left out nobody knows yet whether the weights are worth keeping.
            bool isTime = _config.CheckpointMinutes > 0 && _clock.MinutesSinceCheckpoint >= _config.CheckpointMinutes;
            if (_skippedInARow == 0 && (IsDue(_config.CheckpointSteps) || isTime))
                Save();
        }
        return StopReason.Finished;
    }

    bool IsDue(int interval) => interval > 0 && _step % interval == 0;

    void MakeStep(MetricsFile metrics, EventFile events)
    {
        long start = _options.Time.GetTimestamp();
        var outcome = _runner.Run(_step);
        double seconds = _options.Time.GetElapsedTime(start).TotalSeconds;
        Count(outcome);
        _step++;
        _clock.StepMade();
        double rate = seconds > 0 ? _config.SamplesPerStep / seconds : 0;
        if (IsDue(_config.LogSteps) || _step == _config.Steps || outcome.IsSkipped)
            Log(metrics, events, [.. Values(outcome, rate), .. outcome.Metrics]);
        _options.Progress?.Invoke(new(_step, _config.Steps, outcome.Loss, outcome.LearningRate, rate, _clock.Elapsed,
            _clock.Remaining(_config.Steps - _step)));
    }

    void Count(StepOutcome outcome)
    {
        if (!outcome.IsSkipped)
        {
            _skippedInARow = 0;
            _lossSinceCheckpoint += outcome.Loss;
            _steppedSinceCheckpoint++;
            return;
        }
        _skipped++;
        _notice(FormattableString.Invariant(
            $"step {_step + 1} is left out: loss {outcome.Loss}, gradient norm {outcome.GradientNorm}"));
        if (outcome.IsOverflow)
            return;
        if (++_skippedInARow >= _config.SkipLimit)
            throw new NonFiniteException(FormattableString.Invariant($"training, step {_step + 1}"), FormattableString.Invariant(
                $"{_skippedInARow} steps in a row were left out because the loss or a gradient was not finite"),
                "finite numbers", NonFiniteOrigin.Describe(_stage, _config, _step));
    }

    List<KeyValuePair<string, double>> Values(StepOutcome outcome, double rate)
    {
        var values = new List<KeyValuePair<string, double>>
        {
            new(TrainingConfig.Loss, outcome.Loss),
            new("learning_rate", outcome.LearningRate),
            new("gradient_norm", outcome.GradientNorm),
            new("images_per_second", rate),
            new("seconds", Seconds),
            new("peak_bytes", _stage.Parameters.Device.Memory.PeakBytes),
            new("skipped", _skipped),
        };
        if (_runner.LossScale is { } scale)
            values.Add(new("loss_scale", scale.Scale));
        return values;
    }

    double Seconds => _secondsBefore + _clock.Elapsed.TotalSeconds;

    void Log(MetricsFile metrics, EventFile events, IReadOnlyList<KeyValuePair<string, double>> values)
    {
        metrics.Append(_step, values);
        events.Scalars(_step, values);
    }

    void Probe(MetricsFile metrics, EventFile events)
    {
        using (new AveragedWeights(_stage.Parameters, _runner.Average))
        using (TensorScope.Open("probe"))
        using (GradientMode.Disable())
            _probed = _stage.Probe(_step);
        if (_probed.Count > 0)
            Log(metrics, events, [.. _probed]);
        if (_config.BestMetric != TrainingConfig.Loss && !_probed.ContainsKey(_config.BestMetric))
            throw new SutiException("training.best_metric", "is a metric that the stage has",
                string.Join(", ", _probed.Keys.Prepend(TrainingConfig.Loss)), $"'{_config.BestMetric}'");
    }

    void Sample(EventFile events, SampleFiles samples)
    {
        IReadOnlyList<SamplePicture> pictures;
        using (new AveragedWeights(_stage.Parameters, _runner.Average))
        using (TensorScope.Open("samples"))
        using (GradientMode.Disable())
            pictures = _stage.Samples(_step);
        foreach (var picture in pictures)
        {
            samples.Write(_step, picture);
            events.Picture(_step, picture);
        }
        if (pictures.Count > 0)
            WriteReport("Running");
    }

    void Resume()
    {
        if (_folder.Checkpoints.Latest(_notice) is not { } found)
            return;
        var (state, folder) = found;
        if (state.Seed != _config.Seed || state.LossScale is null != _runner.LossScale is null)
            throw new CheckpointException(folder, "a checkpoint goes on with the seed and loss scaling that it was made with");
        _stage.Parameters.Load(Path.Combine(folder, WeightsFile));
        _runner.Optimizer.Load(Path.Combine(folder, OptimizerFile));
        _runner.Average?.Load(Path.Combine(folder, AverageFile));
        foreach (var (name, store) in _stage.State)
            store.Load(Path.Combine(folder, $"{name}.safetensors"));
        if (state.LossScale is { } scale)
            _runner.LossScale!.Load(scale);
        (_step, _skipped, _skippedInARow, _secondsBefore, _best) =
            (state.Step, state.Skipped, state.SkippedInARow, state.Seconds, state.Best);
        _savedStep = _step;
    }

    void Save()
    {
        if (NonFiniteOrigin.InValues(_stage.Parameters.Parameters) is { } broken)
            throw new NonFiniteException(FormattableString.Invariant($"training, step {_step}"),
                "what is saved as a checkpoint is finite", "finite weights", $"NaN or infinity in {broken.Path}");
        UpdateBest();
        var state = new RunState(_step, _config.Seed, Seconds, _skipped, _skippedInARow, _runner.LossScale?.Save(), _best);
        _folder.Checkpoints.Save(state, folder =>
        {
            _stage.Parameters.Save(Path.Combine(folder, WeightsFile));
            _runner.Optimizer.Save(Path.Combine(folder, OptimizerFile));
            _runner.Average?.Save(Path.Combine(folder, AverageFile));
            foreach (var (name, store) in _stage.State)
                store.Save(Path.Combine(folder, $"{name}.safetensors"));
            AtomicFile.Write(Path.Combine(folder, RunFolder.ConfigFile),
                stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(_folder.Config.ToJson())));
        });
        _folder.Checkpoints.Prune(_step, _config.KeptCheckpoints, _best?.Step);
        (_savedStep, _lossSinceCheckpoint, _steppedSinceCheckpoint) = (_step, 0, 0);
        _clock.CheckpointWritten();
    }

    void UpdateBest()
    {
        double? value = _config.BestMetric != TrainingConfig.Loss ? _probed?.GetValueOrDefault(_config.BestMetric, double.NaN)
            : _steppedSinceCheckpoint > 0 ? _lossSinceCheckpoint / _steppedSinceCheckpoint : null;
        if (value is { } found && double.IsFinite(found) && !(_best?.Metric == _config.BestMetric && _best.Value <= found))
            _best = new(_step, _config.BestMetric, found);
    }

    void WriteReport(string status) => RunReport.Write(_folder, _stage, _config, new(status, _step, _skipped, Seconds, _best));
}
