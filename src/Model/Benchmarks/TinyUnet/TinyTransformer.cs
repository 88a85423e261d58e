using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Benchmarks;

/// <summary>Self-attention, attention to the context, and a gated feed-forward layer over the pixels of an image.</summary>
sealed class TinyTransformer(ParameterScope parameters, int width, int contextWidth)
{
    readonly GroupNorm _norm = new(parameters["norm"], groups: 32, width, epsilon: 1e-6);
    readonly Linear _in = new(parameters["inp"], width, width);
    readonly LayerNorm _norm1 = new(parameters["n1"], width);
    readonly TinyAttention _self = new(parameters["a1"], width, width);
    readonly LayerNorm _norm2 = new(parameters["n2"], width);
    readonly TinyAttention _cross = new(parameters["a2"], width, contextWidth);
    readonly LayerNorm _norm3 = new(parameters["n3"], width);
    readonly Linear _feed1 = new(parameters["ff1"], width, 8 * width);
    readonly Linear _feed2 = new(parameters["ff2"], 4 * width, width);
    readonly Linear _out = new(parameters["out"], width, width);

    /// <param name="x">(N, H, W, width)</param>
    /// <param name="context">(N, L, contextWidth)</param>
    /// <returns>(N, H, W, width)</returns>
    internal Tensor Forward(Tensor x, Tensor context)
    {
        using var scope = TensorScope.Open("transformer");
        int samples = x.Shape[0];
        var h = _in.Forward(_norm.Forward(x).Reshape(samples, -1, width));
        var n = _norm1.Forward(h);
        h = _self.Forward(n, n, residual: h);
        h = _cross.Forward(_norm2.Forward(h), context, residual: h);
        h = _feed2.Forward(_feed1.Forward(_norm3.Forward(h)).Geglu(), residual: h);
        return scope.Keep(_out.Forward(h, residual: x.Reshape(samples, -1, width)).Reshape(x.Shape.ToArray()));
    }
}

/// <summary>Attention with heads 32 wide.</summary>
sealed class TinyAttention(ParameterScope parameters, int width, int contextWidth)
{
    const int HeadWidth = 32;

    readonly Linear _q = new(parameters["q"], width, width, bias: false);
    readonly Linear _k = new(parameters["k"], contextWidth, width, bias: false);
    readonly Linear _v = new(parameters["v"], contextWidth, width, bias: false);
    readonly Linear _o = new(parameters["o"], width, width);

    /// <param name="x">(N, L, width)</param>
    /// <param name="context">(N, L', contextWidth)</param>
    /// <param name="residual">(N, L, width), added to the result.</param>
    internal Tensor Forward(Tensor x, Tensor context, Tensor residual)
    {
        Tensor Heads(Tensor t) => t.Reshape(t.Shape[0], t.Shape[1], -1, HeadWidth);
        var attended = Tensor.Attention(Heads(_q.Forward(x)), Heads(_k.Forward(context)), Heads(_v.Forward(context)));
        return _o.Forward(attended.Reshape(x.Shape.ToArray()), residual);
    }
}
