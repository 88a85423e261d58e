using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Transformers;

/// <summary>Attention and a feed-forward part, each behind a norm and beside a skip: x + f(norm(x)).</summary>
sealed class TransformerBlock
{
    readonly LayerNorm _norm1, _norm2;
    readonly SelfAttention _attention;
    readonly Linear _up, _down;
    readonly Activation _activation;

    internal TransformerBlock(ParameterScope p, BlockNames names, TransformerSizes sizes)
    {
        _activation = sizes.Activation;
        _norm1 = new(p[names.Norm1], sizes.Width, sizes.NormEpsilon);
        _attention = new(Square(names.Query, sizes.HasQueryBias), Square(names.Key, sizes.HasQueryBias),
            Square(names.Value, sizes.HasQueryBias), Square(names.Output, bias: true), sizes.Heads,
            new(IsCausal: sizes.IsCausal));
        _norm2 = new(p[names.Norm2], sizes.Width, sizes.NormEpsilon);
        _up = new(p[names.Up], sizes.Width, sizes.FeedForwardWidth);
        _down = new(p[names.Down], sizes.FeedForwardWidth, sizes.Width);

        Linear Square(string name, bool bias) => new(p[name], sizes.Width, sizes.Width, bias);
    }

    /// <param name="x">(N, L, width)</param>
    /// <param name="keyMask">(N, L), bool: false hides a token.</param>
    /// <returns>(N, L, width)</returns>
    internal Tensor Forward(Tensor x, Tensor? keyMask)
    {
        using var scope = TensorScope.Open("block");
        var h = _attention.Forward(_norm1.Forward(x), residual: x, keyMask);
        return scope.Keep(_down.Forward(_activation.Apply(_up.Forward(_norm2.Forward(h))), residual: h));
    }

    /// <inheritdoc cref="SelfAttention.Weights"/>
    internal Tensor AttentionWeights(Tensor x)
    {
        using var scope = TensorScope.Open("attention weights");
        return scope.Keep(_attention.Weights(_norm1.Forward(x)));
    }
}
