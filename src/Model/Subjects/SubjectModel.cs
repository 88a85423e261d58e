using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>
/// A model that draws a subject: a text encoder, a U-Net over pixels, and what reads demonstrations. Times run from 0 to 1, and the
/// U-Net is told a thousandth of its usual steps.
/// </summary>
public sealed class SubjectModel
{
    const double TimeScale = 1000;

    /// <param name="p">Declares text_encoder, unet and, in an apprentice, apprentice.</param>
    /// <exception cref="SutiException">Parts that do not fit each other.</exception>
    public SubjectModel(ParameterScope p, SubjectModelConfig config, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int wanted = config.Unet.Conditioning.TextWidth ?? config.Unet.ContextWidth;
        if (config.Text.Sizes.Width != wanted)
            throw new SutiException("subject model", "the U-Net reads what the text encoder writes",
                FormattableString.Invariant($"texts of width {wanted}"), FormattableString.Invariant($"{config.Text.Sizes.Width}"));
        if (tokenizer.VocabularySize > config.Text.Vocabulary)
            throw new SutiException("subject model", "the text encoder knows all tokens",
                FormattableString.Invariant($"{tokenizer.VocabularySize}"), FormattableString.Invariant($"{config.Text.Vocabulary}"));
        Config = config;
        Tokenizer = tokenizer;
        Device = p.Store.Device;
        Schedule = new(config.ScheduleOffset, config.ScheduleFiner);
        Text = new(p["text_encoder"], config.Text);
        Unet = new(p["unet"], config.Unet);
        if (config.Apprentice is { } apprentice)
            Apprentice = new(p["apprentice"], Unet, apprentice);
    }

    public SubjectModelConfig Config { get; }

    public ITokenizer Tokenizer { get; }

    public Device Device { get; }

    public CosineNoiseSchedule Schedule { get; }

    public ClipTextEncoder Text { get; }

    public ConditionalUnet Unet { get; }

    /// <summary>Null in a model of text alone.</summary>
    public Apprentice? Apprentice { get; }

    int MaxTokens => Math.Min(Tokenizer.MaxLength, Text.Config.Positions);

    /// <summary>What of a prompt the model will not see; null if it sees all.</summary>
    public string? Warning(string prompt) => Tokenizer.Encode(prompt, MaxTokens).Warning;

    /// <summary>What the U-Net reads of texts, and which of it is no padding.</summary>
    /// <returns>(N, L, width), and bool (N, L).</returns>
    public EncodedTexts Encode(IReadOnlyList<string> texts)
    {
        using var scope = TensorScope.Open("texts");
        var tokens = Tokenizer.EncodeBatch(texts, MaxTokens, Device);
        return new(scope.Keep(Text.Forward(tokens.Ids, tokens.Mask)), scope.Keep(tokens.Mask.Cast(DType.Bool)));
    }

    /// <summary>Reads demonstrations; see <see cref="Apprentice.Read"/>.</summary>
    /// <param name="images">(G · K, H, W, 3) of −1…1.</param>
    /// <param name="mask">(G, K), bool.</param>
    /// <exception cref="SutiException">The model is no apprentice.</exception>
    public Demonstrations Read(Tensor images, EncodedTexts texts, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return (Apprentice ?? throw new SutiException("subject model", "reads demonstrations", "an apprentice", "a model of text alone"))
            .Read(images, texts.States, mask, texts.Mask);
    }

    /// <summary>What the U-Net predicts.</summary>
    /// <param name="x">(N, H, W, 3)</param>
    /// <param name="times">0…1, one for each picture or one for all.</param>
    /// <param name="uses">(N), bool: which pictures see the demonstrations; null is all.</param>
    public Tensor Predict(Tensor x, ReadOnlySpan<double> times, EncodedTexts texts, Demonstrations? demonstrations = null, Tensor? uses = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(texts);
        using var scope = TensorScope.Open("predict");
        var signal = Unet.TimeSignal(Array.ConvertAll(times.ToArray(), time => time * TimeScale), x.Shape[0], x.Device);
        return scope.Keep(Apprentice is null ? Unet.Forward(x, signal, texts.States, texts.Mask, level: null)
            : Apprentice.Forward(x, signal, texts.States, texts.Mask, demonstrations, uses));
    }
}

/// <summary>Texts as a U-Net reads them.</summary>
/// <param name="States">(N, L, width)</param>
/// <param name="Mask">(N, L), bool: false is padding.</param>
public sealed record EncodedTexts(Tensor States, Tensor Mask);
