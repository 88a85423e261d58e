using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>What all transformers of a network have in common.</summary>
/// <param name="Groups">Of the group norm before them.</param>
/// <param name="IsLinear">
/// Whether tokens go in and out through linear layers, instead of 1 × 1 convolutions: the same arithmetic under other
/// shapes in the checkpoint.
/// </param>
public sealed record TransformerOptions(int Groups, bool IsLinear);

/// <summary>
/// Transformer blocks over the pixels of an image, between two projections and beside a skip (Rombach et al. 2022,
/// appendix E.2.1; the Transformer2DModel of diffusers).
/// </summary>
public sealed class SpatialTransformer : IPixelAttention
{
    const double NormEpsilon = 1e-6;

    readonly GroupNorm _norm;
    readonly PixelProjection _in, _out;
    readonly List<TransformerBlock> _blocks = [];

    /// <param name="p">Declares norm, proj_in, transformer_blocks and proj_out.</param>
    /// <param name="onlyCross">Whether the first attention of each block reads the context too.</param>
    public SpatialTransformer(ParameterScope p, int channels, int contextWidth, int heads, int layers,
        TransformerOptions options, bool onlyCross = false)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(options);
        _norm = new(p["norm"], options.Groups, channels, NormEpsilon);
        _in = new(p["proj_in"], channels, options.IsLinear);
        for (int i = 0; i < layers; i++)
            _blocks.Add(new(p["transformer_blocks"][i], channels, contextWidth, heads, onlyCross));
        _out = new(p["proj_out"], channels, options.IsLinear);
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor context, Tensor? mask)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = TensorScope.Open("transformer");
        int[] pixels = x.Shape.ToArray();
        var h = _in.Forward(_norm.Forward(x)).Reshape(pixels[0], -1, pixels[3]);
        foreach (var block in _blocks)
            h = block.Forward(h, context, mask);
        return scope.Keep(_out.Forward(h.Reshape(pixels), residual: x));
    }

    // A linear layer over channels, which checkpoints hold in one of two shapes.
    sealed class PixelProjection(ParameterScope p, int channels, bool isLinear)
    {
        readonly Linear? _linear = isLinear ? new(p, channels, channels) : null;
        readonly Conv2d? _conv = isLinear ? null : new(p, channels, channels, kernel: 1);

        public Tensor Forward(Tensor x, Tensor? residual = null)
            => _linear?.Forward(x, residual) ?? _conv!.Forward(x, residual: residual);
    }
}

/// <summary>Self-attention, attention to the context, and a gated feed-forward layer, each after a layer norm.</summary>
sealed class TransformerBlock
{
    readonly LayerNorm _norm1, _norm2, _norm3;
    readonly CrossAttention _self, _cross;
    readonly Linear _widen, _narrow;
    readonly bool _onlyCross;

    /// <param name="p">Declares norm1 to norm3, attn1, attn2, ff.net.0.proj and ff.net.2.</param>
    public TransformerBlock(ParameterScope p, int width, int contextWidth, int heads, bool onlyCross)
    {
        int headWidth = width / heads;
        _onlyCross = onlyCross;
        _norm1 = new(p["norm1"], width);
        _self = new(p["attn1"], width, onlyCross ? contextWidth : width, heads, headWidth);
        _norm2 = new(p["norm2"], width);
        _cross = new(p["attn2"], width, contextWidth, heads, headWidth);
        _norm3 = new(p["norm3"], width);
        _widen = new(p["ff.net.0.proj"], width, 8 * width);
        _narrow = new(p["ff.net.2"], 4 * width, width);
    }

    /// <param name="x">(N, L, width)</param>
    public Tensor Forward(Tensor x, Tensor context, Tensor? mask)
    {
        using var scope = TensorScope.Open("block");
        var n = _norm1.Forward(x);
        x = _self.Forward(n, _onlyCross ? context : n, residual: x, _onlyCross ? mask : null);
        x = _cross.Forward(_norm2.Forward(x), context, residual: x, mask);
        return scope.Keep(_narrow.Forward(_widen.Forward(_norm3.Forward(x)).Geglu(), residual: x));
    }
}
