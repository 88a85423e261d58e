using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>What all residual blocks of a network have in common.</summary>
/// <param name="Groups">Of the group norms.</param>
/// <param name="Epsilon">Of the group norms.</param>
/// <param name="TimeWidth">Width of the time embedding; null in an autoencoder, whose blocks know no time.</param>
/// <param name="IsModulated">
/// Whether time scales and shifts what the second norm leaves, instead of being added before it.
/// </param>
/// <param name="TimeIsActivated">Whether the time embedding arrives after its activation.</param>
/// <param name="OutputScale">What the sum with the skip is divided by.</param>
public sealed record ResnetOptions(int Groups, double Epsilon, Activation Activation = Activation.Silu,
    int? TimeWidth = null, bool IsModulated = false, bool TimeIsActivated = false, double OutputScale = 1);

/// <summary>How a residual block changes the size of its images, between its first norm and its first convolution.</summary>
public enum Resizing
{
    None,

    /// <summary>Means of 2 × 2 pixels.</summary>
    Down,

    /// <summary>Each pixel becomes 2 × 2.</summary>
    Up,
}

/// <summary>
/// norm, activation, convolution, time, norm, activation, convolution, beside a skip (the ResnetBlock2D of diffusers,
/// from Dhariwal and Nichol 2021, appendix A, and Ho et al. 2020).
/// </summary>
public sealed class ResnetBlock
{
    readonly ResnetOptions _options;
    readonly Resizing _resizing;
    readonly GroupNorm _norm1, _norm2;
    readonly Conv2d _conv1, _conv2;
    readonly Linear? _time;
    readonly Conv2d? _shortcut;

    /// <param name="p">Declares norm1, conv1, time_emb_proj, norm2, conv2 and, where widths differ, conv_shortcut.</param>
    public ResnetBlock(ParameterScope p, int inChannels, int outChannels, ResnetOptions options,
        Resizing resizing = Resizing.None)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _resizing = resizing;
        _norm1 = new(p["norm1"], options.Groups, inChannels, options.Epsilon);
        _conv1 = new(p["conv1"], inChannels, outChannels, kernel: 3, padding: 1);
        if (options.TimeWidth is { } width)
            _time = new(p["time_emb_proj"], width, options.IsModulated ? 2 * outChannels : outChannels);
        _norm2 = new(p["norm2"], options.Groups, outChannels, options.Epsilon);
        _conv2 = new(p["conv2"], outChannels, outChannels, kernel: 3, padding: 1);
        if (inChannels != outChannels)
            _shortcut = new(p["conv_shortcut"], inChannels, outChannels, kernel: 1);
    }

    /// <param name="x">(N, H, W, inChannels)</param>
    /// <param name="time">(N, TimeWidth), if the block knows time.</param>
    /// <returns>(N, H', W', outChannels)</returns>
    public Tensor Forward(Tensor x, Tensor? time = null)
    {
        using var scope = TensorScope.Open("resnet");
        var h = Normalised(_norm1, x);
        if (_resizing == Resizing.Up)
            x = x.UpsampleNearest();
        if (_resizing == Resizing.Down)
            (x, h) = (x.AvgPool2d(2), h.AvgPool2d(2));
        var signal = _time?.Forward(_options.TimeIsActivated ? time! : _options.Activation.Apply(time!));
        h = _conv1.Forward(h, _options.IsModulated ? null : signal, isUpsampled: _resizing == Resizing.Up);
        if (_options.IsModulated && signal is not null)
        {
            var parts = signal.Chunk(1, 2);
            h = Normalised(_norm2, h, parts[0], parts[1]);
        }
        else
        {
            h = Normalised(_norm2, h);
        }
        var y = _conv2.Forward(h, residual: _shortcut?.Forward(x) ?? x);
        return scope.Keep(_options.OutputScale == 1 ? y : y * (1 / _options.OutputScale));
    }

    // SiLU is a part of the norm's pass; other activations follow it.
    Tensor Normalised(GroupNorm norm, Tensor x, Tensor? scale = null, Tensor? shift = null)
        => _options.Activation == Activation.Silu
            ? norm.Forward(x, silu: true, scale, shift)
            : _options.Activation.Apply(norm.Forward(x, silu: false, scale, shift));
}
