using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>How the context is normalised before keys and values are made of it.</summary>
public enum ContextNorm
{
    None,
    Layer,
    Group,
}

/// <summary>
/// One softmax over the keys of the text and those of the image, which stand behind them; beside a skip (DeepFloyd-IF,
/// after Saharia et al. 2022; the added-KV attention of diffusers).
/// </summary>
public sealed class JointAttention : IPixelAttention
{
    // Whatever the groups of the network, the context's norm has 32.
    const int ContextGroups = 32;
    const double Epsilon = 1e-5;

    readonly int _heads;
    readonly GroupNorm _norm;
    readonly GroupNorm? _contextGroups;
    readonly LayerNorm? _contextLayer;
    readonly Linear _query, _textKey, _textValue, _out;
    readonly Linear? _key, _value;

    /// <param name="p">
    /// Declares group_norm, norm_cross, to_q, to_k and to_v, add_k_proj, add_v_proj and to_out.0.
    /// </param>
    /// <param name="onlyCross">Whether the image's own keys are left out.</param>
    public JointAttention(ParameterScope p, int channels, int contextWidth, int headWidth, int groups,
        ContextNorm contextNorm, bool onlyCross)
    {
        ArgumentNullException.ThrowIfNull(p);
        _heads = channels / headWidth;
        int inner = _heads * headWidth;
        _norm = new(p["group_norm"], groups, channels, Epsilon);
        if (contextNorm == ContextNorm.Group)
            _contextGroups = new(p["norm_cross"], ContextGroups, contextWidth, Epsilon);
        if (contextNorm == ContextNorm.Layer)
            _contextLayer = new(p["norm_cross"], contextWidth);
        _query = new(p["to_q"], channels, inner);
        if (!onlyCross)
        {
            _key = new(p["to_k"], channels, inner);
            _value = new(p["to_v"], channels, inner);
        }
        _textKey = new(p["add_k_proj"], contextWidth, inner);
        _textValue = new(p["add_v_proj"], contextWidth, inner);
        _out = new(p["to_out.0"], inner, channels);
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor context, Tensor? mask)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = TensorScope.Open("attention");
        var pixels = x.Reshape(x.Shape[0], -1, x.Shape[3]);
        var n = _norm.Forward(pixels);
        context = _contextGroups?.Forward(context) ?? _contextLayer?.Forward(context) ?? context;
        if (mask is not null && _key is not null)
            mask = Tensor.Concat(1, mask, AllShown(mask, pixels.Shape[1]));
        var y = Tensor.Attention(Split(_query, n), Split(_textKey, context), Split(_textValue, context), keyMask: mask,
            secondKeys: _key is null ? null : Split(_key, n), secondValues: _value is null ? null : Split(_value, n));
        return scope.Keep(_out.Forward(Heads.Join(y), residual: pixels).Reshape(x.Shape.ToArray()));
    }

    Tensor Split(Linear layer, Tensor x) => Heads.Split(layer.Forward(x), _heads);

    static Tensor AllShown(Tensor mask, int keys)
        => Tensor.Ones([mask.Shape[0], keys], DType.Bool, mask.Device);
}
