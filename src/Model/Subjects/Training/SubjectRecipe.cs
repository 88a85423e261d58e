using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.Unet;
using Activation = SuTI.Model.Unet.Activation;

namespace SuTI.Model.Subjects;

/// <summary>A small model of pixels as stages <c>base</c> and <c>apprentice</c> configure it.</summary>
/// <param name="Size">Of pictures, pixels.</param>
/// <param name="Targets">Pictures of a subject in a batch.</param>
/// <param name="Demonstrations">Further pictures of it, which an apprentice reads.</param>
/// <param name="Pose">From 0, easy, to 1, hard: <see cref="World.PoseRange.Between"/>.</param>
/// <param name="WorldSeed">Names the world.</param>
public sealed record SubjectRecipe(SubjectModelConfig Model, SubjectStageOptions Options, int Size, int Targets, int Demonstrations,
    double Pose, ulong WorldSeed)
{
    const int Groups = 16;

    /// <summary>See <see cref="WorldSubjects"/>.</summary>
    public double SimpleShare { get; init; }

    /// <exception cref="Engine.SutiException">A value out of its range, or sizes that do not fit each other.</exception>
    public static SubjectRecipe Read(StageConfig config, ITokenizer tokenizer, bool isApprentice)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var world = config.Section("world");
        int size = world.Whole("size", 32, "Sides of pictures, pixels.", 16, 512);
        double pose = world.Number("pose", 0, "How far poses of subjects differ: 0 is easy, 1 is hard.", 0, 1);
        double simple = world.Number("simple_share", 0, "Share of the drawn targets that show a subject in a scene and nothing else: no edit, style, light, view or accessory.", 0, 1);
        ulong seed = (ulong)world.Whole("seed", 1, "Names the world.");
        int targets = isApprentice ? world.Whole("targets", 4, "Pictures of a subject in a batch.", 1, 64) : 1;
        int demonstrations = isApprentice ? world.Whole("demonstrations", 4, "Further pictures of it, which are read.", 1, 16) : 0;
        var model = config.Section("model");
        var text = Text(model.Section("text"), tokenizer);
        var unet = Unet(model.Section("unet"), text.Sizes.Width, size);
        var apprentice = isApprentice ? ReadApprentice(model.Section("apprentice"), unet) : null;
        var prediction = model.Choice("prediction", "sample", "What the U-Net says of a noisy picture.", ("sample", PredictionType.Sample),
            ("epsilon", PredictionType.Epsilon), ("velocity", PredictionType.Velocity));
        double finer = model.Number("schedule_finer", 1, "What noise is multiplied by, of pictures that are finer than those of 32 pixels: 2 for 64.", 0.01, 100);
        var loss = config.Section("loss");
        var options = new SubjectStageOptions
        {
            TextDropout = loss.Number("text_dropout", 0.1, "Share of the pictures whose prompt is empty.", 0, 1),
            DemonstrationDropout = isApprentice ? loss.Number("demonstration_dropout", 0.1, "Share of the pictures that see no demonstrations.", 0, 1) : 0,
            LargestWeight = loss.Number("largest_weight", 6, "A sample's error counts 1/σ², but at most this."),
            Guidance = config.Section("samples").Number("guidance", SubjectSampling.UsualGuidance, "Of the pictures that a run shows.", free: true),
            SampleSteps = config.Section("samples").Whole("steps", SubjectSampling.UsualSteps, "Of the pictures that a run shows.", 1, 1000, free: true),
            Temperature = config.Section("samples").Number("temperature", SubjectSampling.UsualTemperature, "Of the pictures that a run shows.", 0, 1, free: true),
        };
        return new(new(text, unet, apprentice, prediction) { ScheduleFiner = finer }, options, size, targets, demonstrations, pose, seed) { SimpleShare = simple };
    }

    static ClipTextConfig Text(StageConfig config, ITokenizer tokenizer)
    {
        int width = config.Whole("width", 128, "Of a token.", 32, 4096), layers = config.Whole("layers", 2, "Blocks.", 1, 64);
        int heads = config.Whole("heads", 4, "Of each attention.", 1, 64);
        if (width % heads != 0 || width % 32 != 0)
            throw config.Unsupported("width", "a multiple of 32 and of heads", $"{width}");
        return new(new(width, layers, heads, 4 * width, Transformers.Activation.QuickGelu, 1e-5, IsCausal: true), tokenizer.VocabularySize,
            tokenizer.MaxLength, tokenizer.EndId, width);
    }

    static UnetConfig Unet(StageConfig config, int textWidth, int size)
    {
        var widths = config.Sizes("channels", [128, 192], "Of each level, largest images first.", 4096);
        int layers = config.Whole("layers", 1, "Residual blocks of a level.", 1, 16), patch = config.Whole("patch", 4, "Side of the squares of pixels that are seen as one.", 1, 32);
        int head = config.Whole("head_width", 32, "Channels of an attention head.", 8, 256), conditioning = config.Whole("conditioning", 192, "Width of the embedding of the time.", 32, 4096);
        int seam = config.Whole("seam_channels", 12, "Channels of pixels in front of the last convolution, which closes the seams of patches.", 1, 256);
        foreach (int width in widths)
        {
            if (width % Groups != 0 || width % head != 0)
                throw config.Unsupported("channels", $"multiples of {Groups} and of head_width", $"{width}");
        }
        if (size % (patch << (widths.Count - 1)) != 0)
            throw config.Unsupported("patch", $"sides of {size} that divide by patch and by 2 for each further level", $"{patch}");
        int attending = config.Whole("attention_levels", widths.Count, "How many levels attend to texts and within images, from the smallest images on.", 1, widths.Count);
        return new(3, 3, [.. widths.Select(Level)],
            new(AttentionKind.Joint, false, 1), textWidth,
            new(widths[0], conditioning, true, 0, Activation.Silu, null) { PoolingHeads = textWidth / 32 },
            new(Groups, 1e-5, IsModulated: true))
        {
            Patch = patch,
            // A square's pixels are a token's own; its neighbours are the blocks' to look at.
            KernelIn = patch == 1 ? 3 : 1,
            KernelOut = patch == 1 ? 3 : 1,
            SeamChannels = seam,
            ContextNorm = ContextNorm.Layer,
            SampleSize = (size, size),
        };

        UnetLevel Level(int width, int level)
        {
            int outer = widths.Count - attending;
            var attention = level < outer ? AttentionKind.None : AttentionKind.Joint;
            // Between levels that do not attend a convolution is enough.
            return new(width, new(attention, level >= outer), new(attention, level > outer || outer == 0), layers, head, 1, false, textWidth);
        }
    }

    static ApprenticeConfig ReadApprentice(StageConfig config, UnetConfig unet)
    {
        int most = unet.Levels.Count;
        int levels = config.Whole("levels", most, "How many levels read demonstrations, from the smallest images on.", 1, most);
        return new([.. Enumerable.Range(most - levels, levels)],
            config.Whole("head_width", 32, "Channels of an attention head.", 8, 256),
            config.Whole("reach", 8, "Rows or columns up to which preferences between places are learnt.", 0, 256),
            config.Number("nearest", 0.7, "Standard deviation, in places, of the head that begins by looking at the same place.", 0.1, 100),
            config.Number("furthest", 2, "The same of the head that begins by looking around most.", 0.1, 100),
            config.Flag("pooled", true, "Whether a summary of demonstrations joins the embedding of the time."));
    }
}
