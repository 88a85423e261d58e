using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Benchmarks;

/// <summary>Two normalised convolutions around a time embedding, beside a skip.</summary>
sealed class TinyResBlock(ParameterScope parameters, int inWidth, int outWidth, int embeddingWidth)
{
    readonly GroupNorm _norm1 = new(parameters["norm1"], groups: 32, inWidth);
    readonly Conv2d _conv1 = new(parameters["conv1"], inWidth, outWidth, kernel: 3, padding: 1);
    readonly Linear _time = new(parameters["temb"], embeddingWidth, outWidth);
    readonly GroupNorm _norm2 = new(parameters["norm2"], groups: 32, outWidth);
    readonly Conv2d _conv2 = new(parameters["conv2"], outWidth, outWidth, kernel: 3, padding: 1);
    readonly Conv2d? _skip = inWidth == outWidth ? null : new(parameters["skip"], inWidth, outWidth, kernel: 1);

    /// <param name="x">(N, H, W, inWidth)</param>
    /// <param name="embedding">(N, embeddingWidth), after its SiLU.</param>
    /// <returns>(N, H, W, outWidth)</returns>
    internal Tensor Forward(Tensor x, Tensor embedding)
    {
        using var scope = TensorScope.Open("resblock");
        var h = _conv1.Forward(_norm1.Forward(x, silu: true), rowAdd: _time.Forward(embedding));
        return scope.Keep(_conv2.Forward(_norm2.Forward(h, silu: true), residual: _skip?.Forward(x) ?? x));
    }
}
