using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Transformers;

/// <summary>
/// Multi-head attention of tokens to each other (Vaswani et al., Attention Is All You Need, 2017, section 3.2.2).
/// </summary>
sealed class SelfAttention
{
    readonly Linear _query, _key, _value, _output;
    readonly int _heads;
    readonly AttentionOptions _options;

    /// <param name="query">(width, heads · headWidth); key and value likewise.</param>
    /// <param name="output">Back to the width.</param>
    internal SelfAttention(Linear query, Linear key, Linear value, Linear output, int heads, AttentionOptions options)
    {
        (_query, _key, _value, _output) = (query, key, value, output);
        _heads = heads;
        _options = options;
    }

    /// <param name="x">(N, L, width)</param>
    /// <param name="residual">(N, L, width), added to the result.</param>
    /// <param name="keyMask">(N, L), bool: false hides a token.</param>
    /// <param name="bias">Broadcasts to (N, heads, L, L); added to the scores.</param>
    /// <returns>(N, L, width)</returns>
    internal Tensor Forward(Tensor x, Tensor residual, Tensor? keyMask = null, Tensor? bias = null)
    {
        var attended = Tensor.Attention(Heads(_query, x), Heads(_key, x), Heads(_value, x), _options, bias, keyMask);
        return _output.Forward(attended.Reshape(x.Shape[0], x.Shape[1], -1), residual);
    }

    /// <summary>How much each token looks at each other one.</summary>
    /// <param name="x">(N, L, width)</param>
    /// <returns>(N, heads, L, L): rows of queries, which add up to 1.</returns>
    internal Tensor Weights(Tensor x)
    {
        Tensor query = Heads(_query, x).Permute(0, 2, 1, 3), key = Heads(_key, x).Permute(0, 2, 3, 1);
        double scale = _options.Scale ?? 1 / Math.Sqrt(query.Shape[3]);
        return (query.MatMul(key) * scale).Softmax();
    }

    // (N, L, heads, headWidth)
    Tensor Heads(Linear part, Tensor x)
        => part.Forward(x).Reshape(x.Shape[0], x.Shape[1], _heads, part.Weight.Shape[0] / _heads);
}
