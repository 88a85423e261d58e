using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Unet;

/// <summary>
/// The network that predicts noise from a noisy image, a time and a text: Stable Diffusion 1 and 2, their inpainting
/// variants, and the stages of DeepFloyd-IF, by configuration (the UNet2DConditionModel of diffusers, whose parameter
/// names it has).
/// </summary>
public sealed class ConditionalUnet
{
    readonly TimeConditioning _conditioning;
    readonly Linear? _projectText;
    readonly Conv2d _in, _out;
    readonly Conv2d? _seam;
    readonly List<DownLevel> _down = [];
    readonly List<UpLevel> _up = [];
    readonly MiddleBlocks _middle;
    readonly GroupNorm _normOut;

    public ConditionalUnet(ParameterScope p, UnetConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var levels = config.Levels;
        int first = levels[0].Channels;
        int patch = config.Patch * config.Patch;
        _in = new(p["conv_in"], config.InChannels * patch, first, config.KernelIn, padding: config.KernelIn / 2);
        _conditioning = new(p, config.Conditioning, config.Conditioning.TextWidth ?? config.ContextWidth);
        if (config.Conditioning.TextWidth is { } textWidth)
            _projectText = new(p["encoder_hid_proj"], textWidth, config.ContextWidth);

        var skips = new Stack<int>([first]);
        int width = first;
        for (int i = 0; i < levels.Count; i++)
        {
            bool isLast = i == levels.Count - 1;
            _down.Add(new(p["down_blocks"][i], width, levels[i], isLast, config));
            width = levels[i].Channels;
            for (int layer = 0; layer < levels[i].Layers + (isLast ? 0 : 1); layer++)
                skips.Push(width);
        }
        _middle = new(p["mid_block"], levels[^1], config.Middle, config);
        for (int i = levels.Count - 1; i >= 0; i--)
        {
            int[] taken = [.. Enumerable.Range(0, levels[i].Layers + 1).Select(_ => skips.Pop())];
            _up.Add(new(p["up_blocks"][levels.Count - 1 - i], width, taken, levels[i], i == 0, config));
            width = levels[i].Channels;
        }
        _normOut = new(p["conv_norm_out"], config.Resnet.Groups, first, config.Resnet.Epsilon);
        _out = new(p["conv_out"], first, (config.SeamChannels ?? config.OutChannels) * patch, config.KernelOut,
            padding: config.KernelOut / 2);
        if (config.SeamChannels is { } seam)
            _seam = new(p["conv_seam"], seam, config.OutChannels, 3, padding: 1);
    }

    public UnetConfig Config { get; }

    /// <summary>
    /// Whether layers run again on the way back rather than keep what is inside them: gradient checkpointing, memory for time. Gradients
    /// are the same but for the order in which their parts are added.
    /// </summary>
    public bool Recomputes { get; set; }

    /// <summary>The sides of images divide by it; otherwise the way down rounds up, which some peers refuse.</summary>
    public int Granularity => Config.Patch << (Config.Levels.Count - 1);

    /// <summary>Channels of the features that <see cref="Features"/> gives, level by level.</summary>
    public IReadOnlyList<int> FeatureChannels => [.. Config.Levels.Select(level => level.Channels)];

    /// <param name="x">(N, H, W, in), f32 or f64; halves under CUDA.</param>
    /// <param name="timesteps">One for each sample, or one for all.</param>
    /// <param name="context">The text: (N, K, TextWidth or ContextWidth).</param>
    /// <param name="contextMask">(N, K), bool: false hides a token.</param>
    /// <param name="levels">The noise levels or classes of the samples, where the network takes them.</param>
    /// <returns>(N, H, W, out)</returns>
    /// <exception cref="SutiException">An operand does not fit; it is named.</exception>
    public Tensor Forward(Tensor x, ReadOnlySpan<double> timesteps, Tensor context, Tensor? contextMask = null,
        ReadOnlySpan<double> levels = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = TensorScope.Open("unet");
        Tensor? level = null;
        if (!levels.IsEmpty)
            level = Config.Conditioning.HasLevelSignal ? TimeSignal(levels, x.Shape[0], x.Device)
                : Tensor.From(Array.ConvertAll(levels.ToArray(), value => (long)value), [levels.Length], x.Device);
        return scope.Keep(Forward(x, TimeSignal(timesteps, x.Shape[0], x.Device), context, contextMask, level));
    }

    /// <summary>
    /// The same from sinusoids that are ready, so that nothing is copied from the host: a captured graph takes them as
    /// inputs.
    /// </summary>
    /// <param name="time">(N, SignalWidth): <see cref="TimeSignal"/>.</param>
    /// <param name="level">The same of noise levels, or ids (N) of classes.</param>
    /// <param name="more">What a network around this one adds.</param>
    public Tensor Forward(Tensor x, Tensor time, Tensor context, Tensor? contextMask, Tensor? level,
        UnetAdditions? more = null)
    {
        using var scope = TensorScope.Open("unet");
        var (h, signals) = Begin(x, time, context, contextMask, level, more);
        var skips = new Stack<Tensor>([h]);
        foreach (var stage in _down)
            h = stage.Forward(h, signals, skips);
        h = _middle.Forward(h, signals);
        for (int i = 0; i < _up.Count; i++)
        {
            int place = _up.Count - 1 - i;
            h = _up[i].Forward(h, signals, skips, more?.Read is { } read ? image => read(place, image) : null);
        }
        bool isSilu = Config.Resnet.Activation == Activation.Silu;
        h = _normOut.Forward(h, silu: isSilu);
        h = _out.Forward(isSilu ? h : Config.Resnet.Activation.Apply(h));
        if (Config.Patch > 1)
            h = h.PixelShuffle(Config.Patch);
        return scope.Keep(_seam?.Forward(Config.Resnet.Activation.Apply(h)) ?? h);
    }

    /// <summary>The way down alone: what the last block of each level gives, before images get smaller.</summary>
    /// <returns>Level by level, largest images first.</returns>
    public IReadOnlyList<Tensor> Features(Tensor x, Tensor time, Tensor context, Tensor? contextMask, Tensor? level,
        UnetAdditions? more = null)
    {
        using var scope = TensorScope.Open("features");
        var (h, signals) = Begin(x, time, context, contextMask, level, more);
        var features = new List<Tensor>();
        var skips = new Stack<Tensor>();
        foreach (var stage in _down)
        {
            h = stage.Forward(h, signals, skips, out var feature);
            features.Add(scope.Keep(feature));
        }
        return features;
    }

    /// <summary>Sinusoids of times or noise levels, one for each sample or one for all.</summary>
    /// <returns>(samples, SignalWidth), f32.</returns>
    public Tensor TimeSignal(ReadOnlySpan<double> timesteps, int samples, Device device)
    {
        if (timesteps.Length != samples && timesteps.Length != 1)
            throw new SutiException("unet", "takes one time for each sample, or one for all", $"1 or {samples}",
                $"{timesteps.Length}");
        double[] all = new double[samples];
        for (int i = 0; i < samples; i++)
            all[i] = timesteps[timesteps.Length == 1 ? 0 : i];
        var config = Config.Conditioning;
        return SinusoidalTime.Signal(all, config.SignalWidth, config.CosineFirst, config.FrequencyShift, device);
    }

    (Tensor Images, UnetSignals Signals) Begin(Tensor x, Tensor time, Tensor context, Tensor? contextMask, Tensor? level,
        UnetAdditions? more)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(context);
        Check(x, context);
        context = context.Cast(x.DType);
        var embedding = _conditioning.Forward(time.Cast(x.DType), level, context, more?.Embedding);
        var images = Config.CentersInput ? (x * 2) - 1 : x;
        return (_in.Forward(Config.Patch > 1 ? images.PixelUnshuffle(Config.Patch) : images),
            new(embedding, _projectText?.Forward(context) ?? context, contextMask, Recomputes));
    }

    void Check(Tensor x, Tensor context)
    {
        if (x.Shape.Rank != 4 || x.Shape[3] != Config.InChannels)
            throw new ShapeException("unet", "takes images, channels last", $"(N, H, W, {Config.InChannels})",
                x.Shape.ToString());
        int textWidth = Config.Conditioning.TextWidth ?? Config.ContextWidth;
        if (context.Shape.Rank != 3 || context.Shape[0] != x.Shape[0] || context.Shape[2] != textWidth)
            throw new ShapeException("unet", "takes one text for each image", $"({x.Shape[0]}, K, {textWidth})",
                context.Shape.ToString());
    }
}
