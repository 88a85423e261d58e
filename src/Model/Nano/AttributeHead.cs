using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.World.Scenes;

namespace SuTI.Model.Nano;

/// <summary>
/// Guesses what is in a picture, in training alone. Features that are all alike, as they are at the start, hardly move under a
/// contrastive loss; here each is drawn elsewhere from the first step on. The scene, which is learnt first and by which the patches
/// learn to see, is asked of the patches' mean: the feature itself is to forget it.
/// </summary>
sealed class AttributeHead
{
    readonly (Linear Layer, bool IsOfPatches, Func<DinoSample, int> Value)[] _all;

    /// <param name="p">Declares feature.… and patches.…</param>
    internal AttributeHead(ParameterScope p, int width)
    {
        ParameterScope feature = p["feature"], patches = p["patches"];
        _all =
        [
            (new(feature["class"], width, WorldData.Classes), false, sample => sample.Class),
            (new(feature["colour"], width, DinoSample.Colours), false, sample => sample.Colour),
            (new(feature["pattern"], width, DinoSample.Patterns), false, sample => sample.Pattern),
            (new(patches["class"], width, WorldData.Classes), true, sample => sample.Class),
            (new(patches["colour"], width, DinoSample.Colours), true, sample => sample.Colour),
            (new(patches["scene"], width, AllScenes.All.Count), true, sample => sample.Scene),
        ];
    }

    /// <param name="states">(n, 1 + patches, width), normed: the class token's is the feature.</param>
    /// <returns>The mean of the cross-entropies, each as a share of what guessing at random costs: a single number.</returns>
    internal Tensor Loss(Tensor states, IReadOnlyList<DinoSample> samples)
    {
        using var scope = TensorScope.Open("attributes");
        Tensor feature = states.Slice(1, 0, 1).Reshape(states.Shape[0], -1), patches = states.Slice(1, 1, states.Shape[1] - 1).Mean(1);
        Tensor? sum = null;
        foreach (var (layer, isOfPatches, value) in _all)
        {
            long[] targets = [.. samples.Select(sample => (long)value(sample))];
            var loss = layer.Forward(isOfPatches ? patches : feature).CrossEntropy(Tensor.From(targets, [targets.Length], states.Device));
            var share = loss * (1 / Math.Log(layer.Weight.Shape[0]) / _all.Length);
            sum = sum is null ? share : sum + share;
        }
        return scope.Keep(sum!);
    }
}
