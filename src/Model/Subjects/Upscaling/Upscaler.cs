using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>
/// A model that draws a small picture twice as large: diffusion of the details that bicubic enlarging leaves out, given the enlarged picture
/// (Li et al., SRDiff, 2022), which has noise of a known level (conditioning augmentation: Ho et al., Cascaded Diffusion Models, 2022, section
/// 4.2), so that it is no more trusted than generated pictures deserve.
/// </summary>
public sealed class Upscaler
{
    /// <summary>Large pictures have so many times the sides of small ones.</summary>
    public const int Factor = 2;

    /// <summary>That the U-Net takes: noisy details, the enlarged picture, its own coarser details.</summary>
    internal const int Channels = 9;

    const double TimeScale = 1000;

    readonly ClipTextEncoder? _text;
    readonly ITokenizer? _tokenizer;

    /// <param name="p">Declares unet and, if it reads texts, text_encoder.</param>
    /// <param name="tokenizer">Where it reads texts.</param>
    /// <exception cref="SutiException">Parts that do not fit each other.</exception>
    public Upscaler(ParameterScope p, UpscalerConfig config, ITokenizer? tokenizer)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        var unet = config.Unet;
        if (unet.InChannels != Channels || unet.OutChannels != 3 || !unet.Conditioning.HasLevelSignal)
            throw new SutiException("upscaler", "the U-Net takes details, enlarged pictures and their noise level, and gives details",
                FormattableString.Invariant($"{Channels} channels in, 3 out, timestep classes"), FormattableString.Invariant($"{unet.InChannels} in, {unet.OutChannels} out"));
        if (unet.SampleSize is not var (height, width) || height % Factor != 0 || width % Factor != 0)
            throw new SutiException("upscaler", "says how large its pictures are", "even numbers", unet.SampleSize?.ToString() ?? "nothing");
        if (config.Text is not null && (tokenizer is null || config.Text.Sizes.Width != unet.ContextWidth || tokenizer.VocabularySize > config.Text.Vocabulary))
            throw new SutiException("upscaler", "tokenizer, text encoder and U-Net fit each other", FormattableString.Invariant($"texts of width {unet.ContextWidth}"),
                tokenizer is null ? "no tokenizer" : FormattableString.Invariant($"width {config.Text.Sizes.Width}, {tokenizer.VocabularySize} tokens of {config.Text.Vocabulary}"));
        Config = config;
        Device = p.Store.Device;
        (SmallHeight, SmallWidth) = (height / Factor, width / Factor);
        Unet = new(p["unet"], unet);
        if (config.Text is { } text)
            (_text, _tokenizer) = (new(p["text_encoder"], text), tokenizer);
    }

    public UpscalerConfig Config { get; }

    public Device Device { get; }

    public ConditionalUnet Unet { get; }

    /// <summary>Of the noise on details, and of that on small pictures.</summary>
    public CosineNoiseSchedule Schedule { get; } = new(0);

    /// <summary>Of the pictures that it takes, pixels.</summary>
    public int SmallHeight { get; }

    /// <inheritdoc cref="SmallHeight"/>
    public int SmallWidth { get; }

    /// <summary>What the U-Net reads of texts; of a model that reads none, nothing but their number matters.</summary>
    public EncodedTexts Encode(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using var scope = TensorScope.Open("texts");
        if (_text is null)
            return new(scope.Keep(Tensor.Zeros([texts.Count, 1, Config.Unet.ContextWidth], device: Device)),
                scope.Keep(Tensor.Ones([texts.Count, 1], DType.Bool, Device)));
        var tokens = _tokenizer!.EncodeBatch(texts, Math.Min(_tokenizer.MaxLength, _text.Config.Positions), Device);
        return new(scope.Keep(_text.Forward(tokens.Ids, tokens.Mask)), scope.Keep(tokens.Mask.Cast(DType.Bool)));
    }

    /// <summary>Small pictures with noise, enlarged.</summary>
    /// <param name="small">(N, h, w, 3) of −1…1.</param>
    /// <param name="noise">Standard normal, of that shape.</param>
    /// <param name="levels">0…<see cref="UpscalerConfig.LargestAugmentation"/>, one for each: 0 leaves the picture as it is.</param>
    /// <exception cref="SutiException">Pictures of another size, or a level that was never learnt.</exception>
    public EnlargedPictures Enlarge(Tensor small, Tensor noise, IReadOnlyList<double> levels)
    {
        ArgumentNullException.ThrowIfNull(small);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(levels);
        if (small.Shape.Rank != 4 || small.Shape[1] != SmallHeight || small.Shape[2] != SmallWidth || small.Shape[3] != 3 || levels.Count != small.Shape[0])
            throw new ShapeException("upscaler", "takes pictures of one size, and a level for each",
                FormattableString.Invariant($"({levels.Count}, {SmallHeight}, {SmallWidth}, 3)"), small.Shape.ToString());
        foreach (double level in levels)
        {
            if (!(level >= 0 && level <= Config.LargestAugmentation))
                throw new SutiException("upscaler", "small pictures have noise as in training", FormattableString.Invariant($"0 to {Config.LargestAugmentation}"),
                    FormattableString.Invariant($"{level}"));
        }
        using var scope = TensorScope.Open("enlarge");
        // σ/α, for a picture that is divided by α keeps its colours whatever the level.
        double[] ratios = [.. levels.Select(level => Schedule[level].Sigma / Schedule[level].Alpha)];
        var noisy = small + (noise * NoiseSchedule.PerSample(ratios, small));
        var pixels = Bicubic(noisy);
        double[] deviations = [.. ratios.Select(ratio => Math.Sqrt((Config.Deviation * Config.Deviation) + (ratio * ratio)))];
        var coarser = Bicubic(noisy.Resize(SmallHeight / 2, SmallWidth / 2, Resampling.Area));
        return new(scope.Keep(pixels), scope.Keep((pixels - coarser) / NoiseSchedule.PerSample(deviations, pixels)), levels, deviations);

        Tensor Bicubic(Tensor images) => images.Resize(Factor * SmallHeight, Factor * SmallWidth, Resampling.Bicubic);
    }

    /// <summary>What the U-Net predicts of noisy details.</summary>
    /// <param name="details">(N, H, W, 3)</param>
    /// <param name="times">0…1, one for each picture or one for all.</param>
    public Tensor Predict(Tensor details, ReadOnlySpan<double> times, EnlargedPictures enlarged, EncodedTexts texts)
    {
        ArgumentNullException.ThrowIfNull(details);
        ArgumentNullException.ThrowIfNull(enlarged);
        ArgumentNullException.ThrowIfNull(texts);
        using var scope = TensorScope.Open("predict");
        int count = details.Shape[0];
        var time = Unet.TimeSignal(Array.ConvertAll(times.ToArray(), value => value * TimeScale), count, Device);
        var level = Unet.TimeSignal([.. enlarged.Levels.Select(value => value * TimeScale)], count, Device);
        return scope.Keep(Unet.Forward(Tensor.Concat(-1, details, enlarged.Pixels, enlarged.Coarse), time, texts.States, texts.Mask, level));
    }
}
