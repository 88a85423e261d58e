using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Autoencoder;
using SuTI.Model.Text;
using SuTI.Model.Transformers;
using SuTI.Model.Unet;
using SuTI.Model.Vision;

namespace SuTI.Model.Folders.Inspection;

/// <summary>A network as a configuration describes it: its parameters are declared, none is allocated.</summary>
/// <param name="Architecture">What it is made of, in a line.</param>
/// <param name="Rename">From a name of the library's files to a parameter's path; null for what it leaves out.</param>
public sealed record DeclaredNetwork(string Architecture, Func<string, string?> Rename);

/// <summary>The published classes of networks that are built here.</summary>
public static class KnownNetworks
{
    static readonly Dictionary<string, Func<ParameterScope, JsonConfig, IReadOnlyCollection<string>, DeclaredNetwork>>
        s_classes = new(StringComparer.Ordinal)
        {
            ["UNet2DConditionModel"] = Unet,
            ["AutoencoderKL"] = Autoencoder,
            ["CLIPTextModel"] = ClipText,
            ["CLIPTextModelWithProjection"] = ProjectedClipText,
            ["CLIPVisionModel"] = ClipVision,
            ["CLIPVisionModelWithProjection"] = ProjectedClipVision,
            ["CLIPModel"] = Clip,
            ["ViTModel"] = VisionTransformer,
            // The name in configurations that hold the arguments of DINO's own code.
            ["dino_vision_transformer"] = VisionTransformer,
            ["T5EncoderModel"] = T5,
            ["T5ForConditionalGeneration"] = T5,
        };

    /// <summary>Names of the classes.</summary>
    public static IEnumerable<string> Classes => s_classes.Keys;

    /// <summary>Null if the class is not known here.</summary>
    /// <param name="names">Of the weights, in the library's spelling: what a file has decides some parts.</param>
    /// <exception cref="SutiException">A configuration that is not supported.</exception>
    public static DeclaredNetwork? Declare(string className, ParameterScope scope, JsonConfig config,
        IReadOnlyCollection<string> names)
        => s_classes.TryGetValue(className, out var declare) ? declare(scope, config, names) : null;

    static DeclaredNetwork Unet(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = UnetConfigReader.Read(json);
        _ = new ConditionalUnet(p, config);
        var levels = config.Levels;
        string text = config.Conditioning.TextWidth is { } given && given != config.ContextWidth
            ? Invariant($"{given} projected to {config.ContextWidth}") : Invariant($"{config.ContextWidth}");
        string made = config.SampleSize is var (height, width) ? Invariant($", made for {height} × {width}") : "";
        return new(Invariant($"{List(levels.Select(level => level.Channels))} channels on {levels.Count} levels, ")
            + Invariant($"{List(levels.Select(level => level.Layers))} residual blocks, {config.InChannels} to ")
            + Invariant($"{config.OutChannels} channels, text width {text}{made}"), Same);
    }

    static DeclaredNetwork Autoencoder(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = AutoencoderConfig.Read(json);
        _ = new ImageAutoencoder(p, config);
        return new(Invariant($"{List(config.Channels)} channels on {config.Channels.Count} levels, {config.Layers} ")
            + Invariant($"residual blocks, {config.LatentChannels} latent channels for {config.Factor} × ")
            + Invariant($"{config.Factor} pixels, made for {config.SampleSize} × {config.SampleSize}"),
            ImageAutoencoder.ParameterPath);
    }

    static DeclaredNetwork ClipText(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = ClipTextConfig.Read(json);
        _ = new ClipTextEncoder(p, config);
        return new(Of(config), ClipTextEncoder.ParameterPath);
    }

    static DeclaredNetwork ProjectedClipText(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = ClipTextConfig.Read(json);
        _ = new ClipTextProjector(p, config);
        return new(Invariant($"{Of(config)}, projected to {config.ProjectionWidth}"), ClipTextProjector.ParameterPath);
    }

    static DeclaredNetwork ClipVision(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = ClipVisionConfig.Read(json);
        _ = new ClipVisionEncoder(p, config);
        return new(Of(config), ClipVisionEncoder.ParameterPath);
    }

    static DeclaredNetwork ProjectedClipVision(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = ClipVisionConfig.Read(json);
        _ = new ClipVisionProjector(p, config);
        return new(Invariant($"{Of(config)}, projected to {config.ProjectionWidth}"),
            ClipVisionProjector.ParameterPath);
    }

    static DeclaredNetwork Clip(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = ClipConfig.Read(json);
        _ = new ClipModel(p, config);
        return new(Invariant($"text: {Of(config.Text)}; images: {Of(config.Vision)}; both projected to ")
            + Invariant($"{config.ProjectionWidth}"), ClipModel.ParameterPath);
    }

    static DeclaredNetwork VisionTransformer(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        bool hasPooler = names.Any(name => name.StartsWith("pooler.", StringComparison.Ordinal)
            || name.StartsWith("vit.pooler.", StringComparison.Ordinal));
        var config = VitConfig.Read(json) with { HasPooler = hasPooler };
        _ = new VitModel(p, config);
        return new(Of(config.Sizes, config.ImageSize, config.PatchSize), VitModel.ParameterPathWithPooler);
    }

    static DeclaredNetwork T5(ParameterScope p, JsonConfig json, IReadOnlyCollection<string> names)
    {
        var config = T5Config.Read(json);
        _ = new T5Encoder(p, config);
        return new(Invariant($"encoder of {config.Layers} layers, width {config.Width}, {config.Heads} heads of ")
            + Invariant($"{config.HeadWidth}, feed-forward {config.FeedForwardWidth}{(config.IsGated ? " gated" : "")}")
            + Invariant($", {config.Vocabulary} tokens"), T5Encoder.ParameterPaths(names));
    }

    static string Of(ClipTextConfig config)
        => Invariant($"{Of(config.Sizes)}, {config.Positions} positions, {config.Vocabulary} tokens");

    static string Of(ClipVisionConfig config) => Of(config.Sizes, config.ImageSize, config.PatchSize);

    static string Of(TransformerSizes sizes, int image, int patch)
        => Invariant($"{Of(sizes)}, images of {image} × {image} in patches of {patch} × {patch}");

    static string Of(TransformerSizes sizes)
        => Invariant($"{sizes.Layers} layers, width {sizes.Width}, {sizes.Heads} heads, feed-forward ")
            + Invariant($"{sizes.FeedForwardWidth}");

    static string? Same(string name) => name;

    static string List(IEnumerable<int> numbers)
        => string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
