using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Transformers;

namespace SuTI.Model.Text;

/// <summary>
/// Attention without a scale and a feed-forward part, each behind a root-mean-square norm and beside a skip; nothing
/// has a bias. The gate is that of Shazeer, GLU Variants Improve Transformer (2020).
/// </summary>
sealed class T5Block
{
    readonly RmsNorm _norm1, _norm2;
    readonly SelfAttention _attention;
    readonly Linear _up, _down;
    readonly Linear? _factor;
    readonly Activation _activation;

    internal T5Block(ParameterScope p, T5Config config)
    {
        _activation = config.Activation;
        int width = config.Width, inner = config.Heads * config.HeadWidth;
        ParameterScope attention = p["layer.0.SelfAttention"], feedForward = p["layer.1.DenseReluDense"];
        _attention = new(Product(attention["q"], width, inner), Product(attention["k"], width, inner),
            Product(attention["v"], width, inner), Product(attention["o"], inner, width), config.Heads,
            new(Scale: 1));
        _norm1 = new(p["layer.0.layer_norm"], width, config.NormEpsilon);
        _up = Product(feedForward[config.IsGated ? "wi_0" : "wi"], width, config.FeedForwardWidth);
        _factor = config.IsGated ? Product(feedForward["wi_1"], width, config.FeedForwardWidth) : null;
        _down = Product(feedForward["wo"], config.FeedForwardWidth, width);
        _norm2 = new(p["layer.1.layer_norm"], width, config.NormEpsilon);
    }

    /// <param name="x">(N, L, width)</param>
    /// <param name="bias">(1, heads, L, L), added to the scores.</param>
    /// <param name="keyMask">(N, L), bool: false hides a token.</param>
    /// <returns>(N, L, width)</returns>
    internal Tensor Forward(Tensor x, Tensor bias, Tensor? keyMask)
    {
        using var scope = TensorScope.Open("block");
        var h = _attention.Forward(_norm1.Forward(x), residual: x, keyMask, bias);
        var normed = _norm2.Forward(h);
        var inner = _activation.Apply(_up.Forward(normed));
        if (_factor is not null)
            inner *= _factor.Forward(normed);
        return scope.Keep(_down.Forward(inner, residual: h));
    }

    static Linear Product(ParameterScope p, int inFeatures, int outFeatures)
        => new(p, inFeatures, outFeatures, bias: false);
}
