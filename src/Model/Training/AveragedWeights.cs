using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Model.Training;

/// <summary>Puts the average in the place of the weights until it is disposed of; then their bits are back.</summary>
readonly ref struct AveragedWeights
{
    readonly ParameterStore? _store, _kept;

    /// <param name="average">Null leaves the weights as they are.</param>
    internal AveragedWeights(ParameterStore store, Ema? average)
    {
        if (average is null)
            return;
        _kept = ParameterStore.WithPathsOf(store);
        try
        {
            _kept.CopyFrom(store);
            _store = store;
            store.CopyFrom(average.Shadow);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_kept is null)
            return;
        _store?.CopyFrom(_kept);
        _kept.Dispose();
    }
}
