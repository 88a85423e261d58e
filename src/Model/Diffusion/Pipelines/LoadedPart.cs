using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;

namespace SuTI.Model.Diffusion;

/// <summary>A network of a model folder with its weights.</summary>
public sealed class LoadedPart<TNetwork> : IDisposable
{
    LoadedPart(TNetwork network, ParameterStore weights)
    {
        Network = network;
        Weights = weights;
    }

    public TNetwork Network { get; }

    /// <summary>Under the names of the checkpoint.</summary>
    public ParameterStore Weights { get; }

    /// <param name="build">Declares the parameters.</param>
    /// <param name="rename">From the checkpoint's names to paths, given all of them; null keeps them.</param>
    /// <exception cref="SutiException">The configuration or the weights do not fit.</exception>
    internal static LoadedPart<TNetwork> Load(ModelPart part, PipelineOptions options,
        Func<ParameterScope, JsonConfig, TNetwork> build,
        Func<IEnumerable<string>, Func<string, string?>>? rename = null)
    {
        var store = new ParameterStore(options.Device, options.Weights);
        try
        {
            var network = build(store.Root, part.OpenConfig());
            using var source = part.OpenWeights();
            store.Load(source, new() { Rename = rename?.Invoke(source.Entries.Select(entry => entry.Name)) });
            return new(network, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public void Dispose() => Weights.Dispose();
}
