using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>
/// A text as one vector: layer norm, attention from the mean token to it and all tokens, projection, layer norm
/// (DeepFloyd-IF; the TextTimeEmbedding of diffusers).
/// </summary>
sealed class TextPooling
{
    readonly int _heads;
    readonly LayerNorm _norm1, _norm2;
    readonly Parameter _position;
    readonly Linear _query, _key, _value, _project;

    /// <param name="p">
    /// Declares norm1, pool.positional_embedding, pool.q_proj, pool.k_proj, pool.v_proj, proj and norm2.
    /// </param>
    public TextPooling(ParameterScope p, int textWidth, int width, int heads)
    {
        _heads = heads;
        _norm1 = new(p["norm1"], textWidth);
        var pool = p["pool"];
        _position = pool.Declare("positional_embedding", [1, textWidth],
            Initialiser.Normal(1 / Math.Sqrt(textWidth)));
        _query = new(pool["q_proj"], textWidth, textWidth);
        _key = new(pool["k_proj"], textWidth, textWidth);
        _value = new(pool["v_proj"], textWidth, textWidth);
        _project = new(p["proj"], textWidth, width);
        _norm2 = new(p["norm2"], width);
    }

    /// <param name="text">(N, L, textWidth)</param>
    /// <returns>(N, width)</returns>
    public Tensor Forward(Tensor text)
    {
        using var scope = TensorScope.Open("pooling");
        text = _norm1.Forward(text);
        var mean = text.Mean(1, keepAxes: true) + _position.Value.Cast(text.DType);
        var all = Tensor.Concat(1, mean, text);
        var pooled = Tensor.Attention(Heads.Split(_query.Forward(mean), _heads),
            Heads.Split(_key.Forward(all), _heads), Heads.Split(_value.Forward(all), _heads));
        return scope.Keep(_norm2.Forward(_project.Forward(pooled.Reshape(pooled.Shape[0], -1))));
    }
}
