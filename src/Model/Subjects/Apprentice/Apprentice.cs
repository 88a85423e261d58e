using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>
/// A text-to-image U-Net that also reads demonstrations: pictures of a subject pass its own way down without noise, and on the
/// way up images attend to what that gave (Chen et al., Subject-driven Text-to-Image Generation via Apprenticeship Learning,
/// 2023, section 3.2; the architecture of Re-Imagen, Chen et al. 2022).
/// </summary>
/// <remarks>With all demonstrations masked it is the U-Net, bit for bit, whatever its own parameters are.</remarks>
public sealed class Apprentice
{
    readonly Dictionary<int, DemonstrationAttention> _readers = [];
    readonly Linear? _summary;
    readonly Parameter _mark;

    /// <param name="p">Declares levels.N, summary and mark.</param>
    /// <exception cref="SutiException">A level that the U-Net does not have.</exception>
    public Apprentice(ParameterScope p, ConditionalUnet unet, ApprenticeConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(unet);
        ArgumentNullException.ThrowIfNull(config);
        Unet = unet;
        Config = config;
        int groups = unet.Config.Resnet.Groups, width = unet.Config.Conditioning.Width;
        foreach (int level in config.Levels)
        {
            if (level < 0 || level >= unet.FeatureChannels.Count)
                throw new SutiException("apprentice", "reads levels of its U-Net",
                    FormattableString.Invariant($"0 to {unet.FeatureChannels.Count - 1}"), FormattableString.Invariant($"{level}"));
            _readers.Add(level, new(p["levels"][level], unet.FeatureChannels[level], groups, config));
        }
        if (config.IsPooled)
            _summary = new(p["summary"], 2 * unet.FeatureChannels[^1], width);
        _mark = p.Declare("mark", [width], Initialiser.Zeros);
    }

    public ConditionalUnet Unet { get; }

    public ApprenticeConfig Config { get; }

    /// <summary>Reads demonstrations once, for any number of pictures and steps.</summary>
    /// <param name="images">(G · K, H, W, channels): K of each of G subjects, in the range that the U-Net takes.</param>
    /// <param name="context">(G · K, L, width): the text of each.</param>
    /// <param name="mask">(G, K), bool: false hides a demonstration.</param>
    /// <param name="contextMask">(G · K, L), bool.</param>
    public Demonstrations Read(Tensor images, Tensor context, Tensor mask, Tensor? contextMask = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Shape.Rank != 2 || mask.DType != DType.Bool || images.Shape[0] != mask.Shape.Length)
            throw new ShapeException("apprentice", "the mask tells of every demonstration",
                FormattableString.Invariant($"bool (subjects, demonstrations), {images.Shape[0]} in all"), mask.ToString());
        using var scope = TensorScope.Open("demonstrations");
        int subjects = mask.Shape[0], count = mask.Shape[1];
        var time = Unet.TimeSignal([0], images.Shape[0], images.Device);
        var features = Unet.Features(images, time, context, contextMask, level: null, new(_mark.Value.Unsqueeze(0)));
        var levels = new Dictionary<int, (LevelMemory, Tensor)>();
        foreach (var (level, reader) in _readers)
        {
            var memory = reader.Prepare(features[level], count);
            int places = memory.Height * memory.Width;
            var keys = mask.Unsqueeze(2).Expand([subjects, count, places]).Reshape(subjects, count * places);
            foreach (var tensor in new[] { memory.Keys, memory.Values, memory.Bias, keys })
                scope.Keep(tensor);
            levels.Add(level, (memory, keys));
        }
        return new(levels, _summary is null ? null : scope.Keep(Summary(features[^1], mask)), subjects);
    }

    /// <summary>What the U-Net predicts, with demonstrations.</summary>
    /// <param name="x">(G · T, H, W, channels): T pictures of each subject.</param>
    /// <param name="demonstrations">Null is the U-Net alone.</param>
    /// <param name="uses">(G · T), bool: which pictures see demonstrations; null is all.</param>
    /// <inheritdoc cref="ConditionalUnet.Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?, UnetAdditions?)"/>
    public Tensor Forward(Tensor x, Tensor time, Tensor context, Tensor? contextMask, Demonstrations? demonstrations,
        Tensor? uses = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (demonstrations is null)
            return Unet.Forward(x, time, context, contextMask, level: null);
        if (x.Shape[0] % demonstrations.Subjects != 0)
            throw new ShapeException("apprentice", "each subject has the same number of pictures",
                FormattableString.Invariant($"a multiple of {demonstrations.Subjects}"), x.Shape.ToString());
        using var scope = TensorScope.Open("apprentice");
        uses ??= Tensor.Ones([x.Shape[0]], DType.Bool, x.Device);
        var pictures = uses.Reshape(-1, 1, 1, 1);
        return scope.Keep(Unet.Forward(x, time, context, contextMask, level: null,
            new(Embedding(demonstrations, uses, x.Shape[0]), (level, images) => demonstrations.Levels.TryGetValue(level, out var memory)
                ? _readers[level].Forward(images, memory.Memory, memory.Keys, pictures) : images)));
    }

    /// <summary>Of the smallest level: mean and largest of each channel over places, then the mean over demonstrations.</summary>
    Tensor Summary(Tensor features, Tensor mask)
    {
        int subjects = mask.Shape[0], count = mask.Shape[1];
        var flat = features.Reshape(features.Shape[0], -1, features.Shape[3]);
        var both = Tensor.Concat(-1, flat.Mean([1]), flat.Max([1])).Reshape(subjects, count, -1);
        var shares = mask.Cast(both.DType).Unsqueeze(2);
        var sum = (both * shares).Sum([1]) / shares.Sum([1]).Clamp(1, double.PositiveInfinity);
        return _summary!.Forward(sum);
    }

    static Tensor? Embedding(Demonstrations demonstrations, Tensor uses, int images)
    {
        if (demonstrations.Summary is not { } summary)
            return null;
        int each = images / demonstrations.Subjects, width = summary.Shape[1];
        var spread = summary.Unsqueeze(1).Expand([demonstrations.Subjects, each, width]).Reshape(images, width);
        return Tensor.Where(uses.Unsqueeze(1), spread, 0);
    }
}

/// <summary>Demonstrations as an apprentice reads them. The tensors belong to the scope of <see cref="Apprentice.Read"/>.</summary>
public sealed class Demonstrations
{
    internal Demonstrations(IReadOnlyDictionary<int, (LevelMemory Memory, Tensor Keys)> levels, Tensor? summary, int subjects)
    {
        Levels = levels;
        Summary = summary;
        Subjects = subjects;
    }

    public int Subjects { get; }

    internal IReadOnlyDictionary<int, (LevelMemory Memory, Tensor Keys)> Levels { get; }

    internal Tensor? Summary { get; }
}
