using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>Multi-head attention from tokens to a context, or to the tokens themselves.</summary>
public sealed class CrossAttention
{
    readonly int _heads;
    readonly Linear _query, _key, _value, _out;

    /// <param name="p">Declares to_q, to_k, to_v and to_out.0.</param>
    /// <param name="width">Of the tokens, in and out.</param>
    /// <param name="contextWidth">Of what keys and values are made of.</param>
    /// <param name="bias">Whether queries, keys and values have a bias; the output always has.</param>
    public CrossAttention(ParameterScope p, int width, int contextWidth, int heads, int headWidth, bool bias = false)
    {
        ArgumentNullException.ThrowIfNull(p);
        int inner = heads * headWidth;
        _heads = heads;
        _query = new(p["to_q"], width, inner, bias);
        _key = new(p["to_k"], contextWidth, inner, bias);
        _value = new(p["to_v"], contextWidth, inner, bias);
        _out = new(p["to_out.0"], inner, width);
    }

    /// <param name="x">(N, L, width)</param>
    /// <param name="context">(N, K, contextWidth)</param>
    /// <param name="residual">(N, L, width), added in the same pass.</param>
    /// <param name="mask">(N, K), bool: false hides a key.</param>
    /// <returns>(N, L, width)</returns>
    public Tensor Forward(Tensor x, Tensor context, Tensor? residual = null, Tensor? mask = null)
    {
        using var scope = TensorScope.Open("attention");
        var y = Tensor.Attention(Heads.Split(_query.Forward(x), _heads), Heads.Split(_key.Forward(context), _heads),
            Heads.Split(_value.Forward(context), _heads), keyMask: mask);
        return scope.Keep(_out.Forward(Heads.Join(y), residual));
    }
}

static class Heads
{
    /// <summary>(N, L, heads · width) as (N, L, heads, width).</summary>
    internal static Tensor Split(Tensor x, int heads) => x.Reshape(x.Shape[0], x.Shape[1], heads, -1);

    /// <summary>The reverse.</summary>
    internal static Tensor Join(Tensor x) => x.Reshape(x.Shape[0], x.Shape[1], -1);
}
