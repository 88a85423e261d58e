using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.Unet;
using Activation = SuTI.Model.Unet.Activation;

namespace SuTI.Model.Subjects;

/// <summary>A small upscaler as stage <c>sr</c> configures it.</summary>
/// <param name="Size">Of large pictures, pixels.</param>
/// <param name="Pose">From 0, easy, to 1, hard: <see cref="World.PoseRange.Between"/>.</param>
/// <param name="WorldSeed">Names the world.</param>
public sealed record UpscalerRecipe(UpscalerConfig Model, UpscalerStageOptions Options, int Size, double Pose, ulong WorldSeed)
{
    const int Groups = 16;

    /// <exception cref="Engine.SutiException">A value out of its range, or sizes that do not fit each other.</exception>
    public static UpscalerRecipe Read(StageConfig config, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var world = config.Section("world");
        int size = world.Whole("size", 128, "Sides of large pictures, pixels; small ones have half of that.", 32, 512);
        double pose = world.Number("pose", 0.5, "How far poses of subjects differ: 0 is easy, 1 is hard.", 0, 1);
        ulong seed = (ulong)world.Whole("seed", 1, "Names the world.");
        double softShare = world.Number("soft_share", 0.5, "Share of the small pictures that are blurred, as generated ones are.", 0, 1);
        double softest = world.Number("softest", 0.7, "How much of its finest detail such a picture loses at most.", 0, 1);
        var model = config.Section("model");
        var text = Text(model.Section("text"), tokenizer);
        var unet = Unet(model.Section("unet"), text, size);
        var prediction = model.Choice("prediction", "sample", "What the U-Net says of noisy details.", ("sample", PredictionType.Sample),
            ("epsilon", PredictionType.Epsilon), ("velocity", PredictionType.Velocity));
        double deviation = model.Number("deviation", 0.1, "Of what bicubic enlarging leaves out, pixels being -1 to 1; details are divided by it.", 1e-4, 10);
        double largest = model.Number("largest_augmentation", 0.2, "Level up to which small pictures have noise, a time of the cosine schedule.", 0, 0.9);
        var loss = config.Section("loss");
        var samples = config.Section("samples");
        var options = new UpscalerStageOptions
        {
            SoftShare = softShare,
            Softest = softest,
            TextDropout = text is null ? 0 : loss.Number("text_dropout", 0.1, "Share of the pictures whose prompt is empty.", 0, 1),
            LargestWeight = loss.Number("largest_weight", 6, "A sample's error counts 1/σ², but at most this."),
            Samples = new()
            {
                Steps = samples.Whole("steps", 10, "Of the pictures that a run shows and measures.", 1, 1000, free: true),
                Augmentation = samples.Number("augmentation", Math.Min(0.05, largest), "The level of noise on their small pictures.", 0, largest, free: true),
            },
        };
        return new(new(unet, text, prediction, deviation, largest), options, size, pose, seed);
    }

    static ClipTextConfig? Text(StageConfig config, ITokenizer tokenizer)
    {
        int layers = config.Whole("layers", 0, "Blocks of the text encoder; 0 reads no text.", 0, 64);
        int width = config.Whole("width", 64, "Of a token.", 32, 4096), heads = config.Whole("heads", 2, "Of each attention.", 1, 64);
        if (width % heads != 0 || width % 32 != 0)
            throw config.Unsupported("width", "a multiple of 32 and of heads", $"{width}");
        return layers == 0 ? null : new(new(width, layers, heads, 4 * width, Transformers.Activation.QuickGelu, 1e-5, IsCausal: true),
            tokenizer.VocabularySize, tokenizer.MaxLength, tokenizer.EndId, width);
    }

    static UnetConfig Unet(StageConfig config, ClipTextConfig? text, int size)
    {
        var widths = config.Sizes("channels", [32, 64], "Of each level, largest images first.", 4096);
        int layers = config.Whole("layers", 1, "Residual blocks of a level.", 1, 16), patch = config.Whole("patch", 4, "Side of the squares of pixels that are seen as one.", 1, 32);
        int conditioning = config.Whole("conditioning", 128, "Width of the embedding of the time.", 32, 4096);
        int seam = config.Whole("seam_channels", 6, "Channels of pixels in front of the last convolution, which closes the seams of patches.", 1, 256);
        int kernel = config.Choice("kernel", "1", "Side of the convolutions that read and write patches.", ("1", 1), ("3", 3));
        int head = config.Whole("head_width", 32, "Channels of a head of the attention to texts.", 8, 256);
        foreach (int width in widths)
        {
            if (width % Groups != 0 || (text is not null && width % head != 0))
                throw config.Unsupported("channels", $"multiples of {Groups}, and of head_width where texts are read", $"{width}");
        }
        if (size % (patch << (widths.Count - 1)) != 0 || size % Upscaler.Factor != 0)
            throw config.Unsupported("patch", $"sides of {size} that divide by patch and by 2 for each further level", $"{patch}");
        int context = text?.Sizes.Width ?? 1;
        // Texts are read where images are smallest; details need no attention to places far away.
        var innermost = text is null ? AttentionKind.None : AttentionKind.Joint;
        return new(Upscaler.Channels, 3, [.. widths.Select((width, i) => Level(width, i == widths.Count - 1 ? innermost : AttentionKind.None))],
            new(innermost, false, 1), context,
            new(widths[0], conditioning, true, 0, Activation.Silu, null) { HasLevelSignal = true, PoolingHeads = text is null ? null : context / 32 },
            new(Groups, 1e-5, IsModulated: true))
        {
            Patch = patch,
            SeamChannels = seam,
            KernelIn = kernel,
            KernelOut = kernel,
            ContextNorm = text is null ? ContextNorm.None : ContextNorm.Layer,
            SampleSize = (size, size),
        };

        UnetLevel Level(int width, AttentionKind attention)
        {
            var kind = new LevelKind(attention, ResizesByResnet: attention == AttentionKind.Joint);
            return new(width, kind, kind, layers, head, 1, false, context);
        }
    }
}
