using SuTI.Engine;
using SuTI.Engine.Optimization;

namespace SuTI.Model.Training;

/// <summary>
/// What changes from step to step, apart from the stage itself: optimizer, average and loss scale; and one step of it.
/// </summary>
sealed class StepRunner : IDisposable
{
    readonly ITrainingStage _stage;
    readonly TrainingConfig _config;

    internal StepRunner(ITrainingStage stage, TrainingConfig config)
    {
        _stage = stage;
        _config = config;
        stage.Parameters.Allocate(config.Seed);
        foreach (var store in stage.State.Values)
            store.Allocate(config.Seed);
        Optimizer = config.Optimizer.Create(stage.Parameters.Trainable);
        Average = config.Average is { } options ? new(stage.Parameters, options) : null;
        LossScale = config.ScalesLoss ? new(stage.Parameters.Device) : null;
    }

    internal Optimizer Optimizer { get; }

    internal Ema? Average { get; }

    internal LossScale? LossScale { get; }

    /// <summary>One step: all micro-batches, clipping, the optimizer, the average. Waits for the device once.</summary>
    internal StepOutcome Run(int step)
    {
        using var scope = TensorScope.Open("step");
        Optimizer.ClearGradients();
        var losses = new List<StageLoss>(_config.Accumulation);
        for (int index = 0; index < _config.Accumulation; index++)
            losses.Add(Gather(step, index));
        LossScale?.Unscale(Optimizer.Parameters);
        // A limit of infinity only measures.
        using var norm = Optimizer.ClipGradients(_config.ClipNorm > 0 ? _config.ClipNorm : double.PositiveInfinity);
        double loss = losses.Average(part => part.Value.Item());
        double gradientNorm = norm.Item();
        double rate = _config.Schedule.LearningRate(step);
        bool isSkipped = !double.IsFinite(loss) || !double.IsFinite(gradientNorm);
        bool isOverflow = isSkipped && double.IsFinite(loss) && LossScale is { Scale: > 1 };
        if (!isSkipped)
        {
            Optimizer.Step(rate, Average);
            _stage.AfterStep(step);
        }
        LossScale?.Update();
        Optimizer.ClearGradients();
        return new(loss, gradientNorm, rate, Means(losses), isSkipped, isOverflow);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
        LossScale?.Dispose();
    }

    StageLoss Gather(int step, int index)
    {
        using var scope = TensorScope.Open("micro-batch");
        var loss = _stage.Loss(new(step, index, _config.BatchSize, _config.Seed));
        var share = _config.Accumulation == 1 ? loss.Value : loss.Value * (1.0 / _config.Accumulation);
        if (LossScale is { } scale)
            scale.Backward(share);
        else
            share.Backward();
        // Numbers alone outlive the micro-batch: they are read when all of them are queued.
        scope.Keep(loss.Value);
        foreach (var metric in loss.Metrics.Values)
            scope.Keep(metric);
        return loss;
    }

    static List<KeyValuePair<string, double>> Means(List<StageLoss> losses)
        => [.. losses[0].Metrics.Keys.Select(name => KeyValuePair.Create(name, losses.Average(part => part.Metrics[name].Item())))];
}
