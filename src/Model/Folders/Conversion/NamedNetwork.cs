using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Folders.KeyMaps;

namespace SuTI.Model.Folders.Conversion;

/// <summary>Networks that have names of their authors beside those of the libraries.</summary>
enum NamedKind
{
    Unet,
    Autoencoder,
    Clip,
    ClipText,
    VisionTransformer,
}

/// <summary>Which network a set of weights is of, and in whose names, told by the names.</summary>
/// <param name="IsOriginal">Whether they are those of its authors.</param>
/// <param name="Prefix">Of all its names.</param>
sealed record NamedNetwork(NamedKind Kind, bool IsOriginal, string Prefix = "")
{
    const string FusedBlock = "blocks.0.attn.qkv.weight";

    /// <summary>Null if they are of no network with two kinds of names.</summary>
    internal static NamedNetwork? Of(IWeightSource source)
    {
        bool Has(string name) => source.Find(name) is not null;
        bool Any(string prefix) => source.Entries.Any(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal));

        if (Has("input_blocks.0.0.weight"))
            return new(NamedKind.Unet, true);
        if (Has("conv_in.weight") && Any("down_blocks."))
            return new(NamedKind.Unet, false);
        if (Has("encoder.conv_in.weight") && Has("decoder.conv_in.weight"))
            return new(NamedKind.Autoencoder, IsOriginal: Any("encoder.down."));
        if (Has("visual.conv1.weight") || Any("transformer.resblocks."))
            return new(Has("visual.conv1.weight") ? NamedKind.Clip : NamedKind.ClipText, true);
        if (Any("text_model.") || Any("vision_model."))
            return new(NamedKind.Clip, false);
        if (Has("embeddings.cls_token"))
            return new(NamedKind.VisionTransformer, false);
        return source.Entries.Select(entry => entry.Name)
            .FirstOrDefault(name => name.EndsWith(FusedBlock, StringComparison.Ordinal)) is { } fused
            ? new(NamedKind.VisionTransformer, true, fused[..^FusedBlock.Length]) : null;
    }

    /// <summary>The tensors under the names of that style; the source itself if they have them.</summary>
    /// <param name="config">Of the network, if it is there: tells how the heads of a U-Net are divided.</param>
    /// <exception cref="SutiException">Names that the map does not know.</exception>
    internal IWeightSource View(IWeightSource source, NameStyle style, JsonConfig? config)
    {
        if (style == NameStyle.Keep || IsOriginal == (style == NameStyle.Original))
            return source;
        return IsOriginal ? ToLibrary(source, config) : Kind switch
        {
            NamedKind.Unet => UnetToOriginal.View(source, headWidth: HeadWidth(config)),
            NamedKind.Autoencoder => AutoencoderToOriginal.View(source),
            NamedKind.VisionTransformer => VisionTransformerToOriginal.View(source),
            _ => ClipToOriginal.View(source),
        };
    }

    WeightView ToLibrary(IWeightSource source, JsonConfig? config)
    {
        var plan = Kind switch
        {
            NamedKind.Unet => OriginalUnet.Plan(source, headWidth: HeadWidth(config), layers: Layers(config)),
            NamedKind.Autoencoder => OriginalAutoencoder.Plan(source),
            NamedKind.VisionTransformer => OriginalVisionTransformer.Plan(source, Prefix),
            NamedKind.ClipText => OriginalClip.PlanText(source, withProjection: true),
            _ => OriginalClip.Plan(source),
        };
        var used = plan.Select(part => part.Source).ToHashSet(StringComparer.Ordinal);
        int left = source.Entries.Count(entry => !used.Contains(entry.Name));
        return WeightView.Of(source, plan, notes: left == 0 ? [] : [$"left out {left} tensors that only training or "
            + "another part uses"]);
    }

    // As published for DeepFloyd IF, whose layout alone depends on it.
    static int HeadWidth(JsonConfig? config)
        => config is null || !config.Has("attention_head_dim") ? 64
            : config.Sizes("attention_head_dim", Levels(config), 8)[0];

    static IReadOnlyList<int>? Layers(JsonConfig? config)
        => config is null ? null : config.Sizes("layers_per_block", Levels(config), 2);

    static int Levels(JsonConfig config) => config.Sizes("block_out_channels").Count;
}
