using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>What the blocks of a U-Net are told besides the images.</summary>
/// <param name="Time">(N, width).</param>
/// <param name="Context">(N, K, context width).</param>
/// <param name="Mask">(N, K), bool: false hides a token.</param>
/// <param name="Recomputes">Whether layers run again on the way back rather than keep what is inside them.</param>
sealed record UnetSignals(Tensor Time, Tensor Context, Tensor? Mask, bool Recomputes = false);

/// <summary>A residual block, and what follows it where images read the text.</summary>
sealed class UnetLayer(ResnetBlock resnet, IPixelAttention? attention)
{
    public Tensor Forward(Tensor x, UnetSignals signals)
        => signals.Recomputes ? Checkpointed.Run(inputs => Forward(inputs[0], inputs[1], inputs[2], signals.Mask), x, signals.Time, signals.Context)
            : Forward(x, signals.Time, signals.Context, signals.Mask);

    Tensor Forward(Tensor x, Tensor time, Tensor context, Tensor? mask)
    {
        var h = resnet.Forward(x, time);
        return attention?.Forward(h, context, mask) ?? h;
    }
}

/// <summary>Makes the blocks of one level under the names that diffusers gives them.</summary>
sealed class UnetBlockFactory(UnetConfig config)
{
    public ResnetOptions Resnet(LevelKind kind)
    {
        var options = config.Resnet with { TimeWidth = config.Conditioning.Width };
        // Only the blocks that change size by a residual block know these two.
        return kind.ResizesByResnet ? options : options with { OutputScale = 1, TimeIsActivated = false };
    }

    public IPixelAttention? Attention(ParameterScope p, int index, AttentionKind kind, UnetLevel level, bool onlyCross)
    {
        if (kind == AttentionKind.None)
            return null;
        var scope = p["attentions"][index];
        return kind == AttentionKind.Joint
            ? new JointAttention(scope, level.Channels, level.ContextWidth, level.Attention, config.Resnet.Groups,
                config.ContextNorm, onlyCross)
            : new SpatialTransformer(scope, level.Channels, level.ContextWidth, level.Attention,
                level.TransformerLayers, new(config.Resnet.Groups, config.HasLinearProjections), onlyCross);
    }

    public UnetLayer Layer(ParameterScope p, int index, int inChannels, UnetLevel level, LevelKind kind)
        => new(new(p["resnets"][index], inChannels, level.Channels, Resnet(kind)),
            Attention(p, index, kind.Attention, level, level.OnlyCross));
}

/// <summary>One level on the way down.</summary>
sealed class DownLevel
{
    readonly List<UnetLayer> _layers = [];
    readonly Downsample? _conv;
    readonly ResnetBlock? _resnet;

    /// <param name="p">Declares resnets, attentions and downsamplers.0.</param>
    /// <param name="isLast">The smallest images stay as they are.</param>
    public DownLevel(ParameterScope p, int inChannels, UnetLevel level, bool isLast, UnetConfig config)
    {
        var factory = new UnetBlockFactory(config);
        for (int i = 0; i < level.Layers; i++)
            _layers.Add(factory.Layer(p, i, i == 0 ? inChannels : level.Channels, level, level.Down));
        if (isLast)
            return;
        var scope = p["downsamplers"][0];
        if (level.Down.ResizesByResnet)
            _resnet = new(scope, level.Channels, level.Channels, factory.Resnet(level.Down), Resizing.Down);
        else
            _conv = new(scope, level.Channels, config.DownsamplePadding);
    }

    /// <summary>Every layer's result, and that of the step to the next level, goes onto <paramref name="skips"/>.</summary>
    public Tensor Forward(Tensor x, UnetSignals signals, Stack<Tensor> skips) => Forward(x, signals, skips, out _);

    /// <param name="feature">What the last layer gives.</param>
    /// <inheritdoc cref="Forward(Tensor, UnetSignals, Stack{Tensor})"/>
    public Tensor Forward(Tensor x, UnetSignals signals, Stack<Tensor> skips, out Tensor feature)
    {
        foreach (var layer in _layers)
        {
            x = layer.Forward(x, signals);
            skips.Push(x);
        }
        feature = x;
        if (_conv is null && _resnet is null)
            return x;
        x = _conv?.Forward(x) ?? _resnet!.Forward(x, signals.Time);
        skips.Push(x);
        return x;
    }
}

/// <summary>One level on the way up.</summary>
sealed class UpLevel
{
    readonly List<UnetLayer> _layers = [];
    readonly Upsample? _conv;
    readonly ResnetBlock? _resnet;

    /// <param name="p">Declares resnets, attentions and upsamplers.0.</param>
    /// <param name="inChannels">Of what comes from below.</param>
    /// <param name="skipChannels">Of the skips, in the order in which they are taken.</param>
    /// <param name="isLast">The largest images stay as they are.</param>
    public UpLevel(ParameterScope p, int inChannels, IReadOnlyList<int> skipChannels, UnetLevel level, bool isLast,
        UnetConfig config)
    {
        var factory = new UnetBlockFactory(config);
        for (int i = 0; i < skipChannels.Count; i++)
        {
            _layers.Add(factory.Layer(p, i, (i == 0 ? inChannels : level.Channels) + skipChannels[i], level,
                level.Up));
        }
        if (isLast)
            return;
        var scope = p["upsamplers"][0];
        if (level.Up.ResizesByResnet)
            _resnet = new(scope, level.Channels, level.Channels, factory.Resnet(level.Up), Resizing.Up);
        else
            _conv = new(scope, level.Channels);
    }

    /// <param name="read">What else images read, behind the first layer.</param>
    public Tensor Forward(Tensor x, UnetSignals signals, Stack<Tensor> skips, Func<Tensor, Tensor>? read = null)
    {
        foreach (var layer in _layers)
        {
            x = layer.Forward(Tensor.Concat(-1, x, skips.Pop()), signals);
            if (read is not null)
                x = read(x);
            read = null;
        }
        if (_resnet is not null)
            return _resnet.Forward(x, signals.Time);
        // The next skip says how large the images were on the way down: one less than twice where that rounded up.
        return _conv?.Forward(x, skips.Peek().Shape[1], skips.Peek().Shape[2]) ?? x;
    }
}

/// <summary>The innermost blocks.</summary>
sealed class MiddleBlocks
{
    readonly ResnetBlock _first, _second;
    readonly IPixelAttention? _attention;

    /// <param name="p">Declares resnets.0, attentions.0 and resnets.1.</param>
    public MiddleBlocks(ParameterScope p, UnetLevel innermost, UnetMiddle middle, UnetConfig config)
    {
        var factory = new UnetBlockFactory(config);
        var options = factory.Resnet(new(middle.Attention, middle.Attention == AttentionKind.Joint)) with
        {
            OutputScale = middle.OutputScale,
        };
        _first = new(p["resnets"][0], innermost.Channels, innermost.Channels, options);
        _attention = factory.Attention(p, 0, middle.Attention, innermost, middle.OnlyCross);
        _second = new(p["resnets"][1], innermost.Channels, innermost.Channels, options);
    }

    public Tensor Forward(Tensor x, UnetSignals signals)
    {
        x = _first.Forward(x, signals.Time);
        x = _attention?.Forward(x, signals.Context, signals.Mask) ?? x;
        return _second.Forward(x, signals.Time);
    }
}
