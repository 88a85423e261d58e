namespace SuTI.Engine.Layers;

/// <summary>A convolution over images (N, H, W, C), zero beyond their borders.</summary>
public sealed class Conv2d
{
    readonly Size2d _stride;
    readonly Padding2d _padding;
    readonly int _groups;

    /// <param name="p">
    /// Declares weight (out, r, s, in / groups), which checkpoints hold as (out, in / groups, r, s), and bias (out).
    /// </param>
    /// <param name="kernel">(r, s).</param>
    /// <param name="stride">1 if null.</param>
    /// <param name="padding">Zeros around the images.</param>
    /// <param name="groups">
    /// 1, or the number of channels, in and out: each channel then has a kernel of its own.
    /// </param>
    public Conv2d(ParameterScope p, int inChannels, int outChannels, Size2d kernel, Size2d? stride = null,
        Padding2d padding = default, int groups = 1, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        _stride = stride ?? 1;
        _padding = padding;
        _groups = groups;
        int depth = inChannels / groups;
        var initial = Initialiser.FanIn((long)depth * kernel.Height * kernel.Width);
        Weight = p.Declare("weight", [outChannels, kernel.Height, kernel.Width, depth], initial,
            CheckpointLayout.ChannelsFirst);
        Bias = bias ? p.Declare("bias", [outChannels], initial) : null;
    }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    /// <param name="x">(N, H, W, in)</param>
    /// <param name="rowAdd">(N, out), added to every pixel of its image in the same pass: a time embedding.</param>
    /// <param name="residual">Of the result's shape, added in the same pass.</param>
    /// <param name="isUpsampled">Whether each pixel of <paramref name="x"/> stands for 2 × 2.</param>
    /// <returns>(N, H', W', out), H' = (H + padding − r) / stride + 1, rounded down.</returns>
    public Tensor Forward(Tensor x, Tensor? rowAdd = null, Tensor? residual = null, bool isUpsampled = false)
        => x.Conv2d(Weight.Value, Bias?.Value, _stride, _padding, _groups, rowAdd, residual, upsampled: isUpsampled);
}
