using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>A convolution of stride 2.</summary>
public sealed class Downsample
{
    readonly Conv2d _conv;

    /// <param name="p">Declares conv.</param>
    /// <param name="padding">1 on all sides, or 0: then a row below and a column to the right are added.</param>
    public Downsample(ParameterScope p, int channels, int padding)
    {
        ArgumentNullException.ThrowIfNull(p);
        _conv = new(p["conv"], channels, channels, kernel: 3, stride: 2,
            padding == 0 ? new Padding2d(0, 1, 0, 1) : padding);
    }

    /// <param name="x">(N, H, W, channels)</param>
    /// <returns>(N, ⌈H/2⌉, ⌈W/2⌉, channels); with padding 0 halves are rounded down.</returns>
    public Tensor Forward(Tensor x) => _conv.Forward(x);
}

/// <summary>Each pixel becomes 2 × 2, and a convolution follows.</summary>
public sealed class Upsample
{
    readonly Conv2d _conv;

    /// <param name="p">Declares conv.</param>
    public Upsample(ParameterScope p, int channels)
    {
        ArgumentNullException.ThrowIfNull(p);
        _conv = new(p["conv"], channels, channels, kernel: 3, padding: 1);
    }

    /// <param name="x">(N, H, W, channels)</param>
    /// <param name="height">2H, or 2H − 1 where the way down rounded up.</param>
    /// <param name="width">Likewise.</param>
    /// <returns>(N, height, width, channels)</returns>
    public Tensor Forward(Tensor x, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(x);
        return height == 2 * x.Shape[1] && width == 2 * x.Shape[2]
            ? _conv.Forward(x, isUpsampled: true)
            : _conv.Forward(x.UpsampleNearest(height, width));
    }
}
