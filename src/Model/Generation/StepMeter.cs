using SuTI.Model.Diffusion;

namespace SuTI.Model.Generation;

/// <summary>Counts the steps of a run over its batches and stages.</summary>
sealed class StepMeter(int pictures, int stepsEach, Action<GenerationProgress>? progress)
{
    readonly long _total = (long)pictures * stepsEach;
    long _before, _done;
    int _batch, _pictures;

    /// <summary>A stage of a batch begins.</summary>
    public void Begin(int batch) => (_before, _batch) = (_done, batch);

    public void Step(SamplingProgress step)
    {
        // A sampler may make more steps than it was asked for, and the total is of those asked for.
        _done = Math.Min(_total, _before + ((step.Step + 1L) * _batch));
        progress?.Invoke(new(_done, _total, _pictures));
    }

    public void Finished(int batch)
    {
        _pictures += batch;
        progress?.Invoke(new(_done, _total, _pictures));
    }
}
