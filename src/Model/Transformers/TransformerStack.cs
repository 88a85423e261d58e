using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Transformers;

/// <summary>Equal blocks one after the other, numbered from 0.</summary>
sealed class TransformerStack
{
    readonly TransformerBlock[] _blocks;

    internal TransformerStack(ParameterScope p, BlockNames names, TransformerSizes sizes)
        => _blocks = [.. Enumerable.Range(0, sizes.Layers)
            .Select(layer => new TransformerBlock(p[layer], names, sizes))];

    internal int Layers => _blocks.Length;

    /// <summary>The state after the first <paramref name="layers"/> blocks; those before it are let go.</summary>
    /// <param name="x">(N, L, width)</param>
    /// <param name="keyMask">(N, L), bool: false hides a token.</param>
    /// <returns>(N, L, width)</returns>
    internal Tensor Forward(Tensor x, Tensor? keyMask, int layers)
    {
        var h = x;
        for (int layer = 0; layer < layers; layer++)
        {
            var next = _blocks[layer].Forward(h, keyMask);
            // What the backward pass needs of it, the ops hold by themselves.
            if (layer > 0)
                h.Dispose();
            h = next;
        }
        return h;
    }

    /// <returns><paramref name="x"/>, then the state after each block.</returns>
    internal IReadOnlyList<Tensor> States(Tensor x, Tensor? keyMask)
    {
        var states = new List<Tensor>(_blocks.Length + 1) { x };
        foreach (var block in _blocks)
            states.Add(block.Forward(states[^1], keyMask));
        return states;
    }

    /// <inheritdoc cref="SelfAttention.Weights"/>
    /// <param name="x">(N, L, width), before the last block.</param>
    internal Tensor LastAttentionWeights(Tensor x) => _blocks[^1].AttentionWeights(x);
}
