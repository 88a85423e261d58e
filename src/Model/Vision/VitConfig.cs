using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>A vision transformer, such as DINO's.</summary>
/// <param name="ImageSize">Rows and columns of pixels that its positions are made for; others are interpolated.</param>
/// <param name="PatchSize">Rows and columns of pixels of one token.</param>
/// <param name="HasPooler">Whether there is a layer behind the class token, which DINO does not use.</param>
public sealed record VitConfig(TransformerSizes Sizes, int ImageSize = 224, int PatchSize = 16, int Channels = 3,
    bool HasPooler = false)
{
    /// <summary>
    /// From <c>ViTConfig</c> of the transformers library, or the arguments of <c>VisionTransformer</c> in
    /// facebookresearch/dino, which are told by their embed_dim.
    /// </summary>
    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static VitConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        bool isOriginal = config.Keys.Any(key => key is "embed_dim" or "depth" or "mlp_ratio" or "img_size");
        var read = isOriginal ? ReadOriginal(config) : ReadLibrary(config);
        config.Finish();
        return read;
    }

    /// <summary>
    /// The config.json of transformers' ViTModel that reads as this, whichever of the two it was read from.
    /// </summary>
    public JsonConfig ToJson() => ConfigWriter.Write("vision transformer", json =>
    {
        json.Texts("architectures", ["ViTModel"]);
        json.WriteNumber("image_size"u8, ImageSize);
        json.WriteString("model_type"u8, "vit");
        json.WriteNumber("num_channels"u8, Channels);
        json.WriteNumber("patch_size"u8, PatchSize);
        json.WriteBoolean("qkv_bias"u8, Sizes.HasQueryBias);
        Sizes.WriteTo(json);
    });

    static VitConfig ReadLibrary(JsonConfig config)
    {
        config.ReadLibraryKeys();
        // Dropout is for training, the stride belongs to a decoder for masked images.
        config.Ignore("attention_probs_dropout_prob", "hidden_dropout_prob", "encoder_stride");
        config.Only("pooler_act", "tanh");
        var sizes = TransformerSizes.Read(config, width: 768, layers: 12, heads: 12, feedForwardWidth: 3072, "gelu",
            normEpsilon: 1e-12) with
        { HasQueryBias = config.Flag("qkv_bias", true) };
        config.Only("pooler_output_size", sizes.Width.ToString(CultureInfo.InvariantCulture));
        var (image, patch) = PatchEmbedding.ReadSides(config, "image_size", 16);
        return new(sizes, image, patch, config.Size("num_channels", 3, ConfigBounds.LargestWidth));
    }

    static VitConfig ReadOriginal(JsonConfig config)
    {
        config.ReadLibraryKeys();
        // Dropout is for training, and the features lie before the head.
        config.Ignore("drop_rate", "attn_drop_rate", "drop_path_rate", "num_classes");
        config.Only("qk_scale", "null");
        int width = config.Size("embed_dim", 768, ConfigBounds.LargestWidth);
        double ratio = config.Number("mlp_ratio", 4);
        double inner = Math.Truncate(width * ratio);
        if (!(inner is >= 1 and <= ConfigBounds.LargestWidth))
            throw config.Unsupported("mlp_ratio",
                string.Create(CultureInfo.InvariantCulture, $"1 to {ConfigBounds.LargestWidth} for {width} times it"),
                ratio.ToString(CultureInfo.InvariantCulture));
        var sizes = new TransformerSizes(width, config.Size("depth", 12, ConfigBounds.MostLayers),
            config.Heads("num_heads", 12, width), (int)inner, Activation.Gelu, config.Epsilon("layer_norm_eps", 1e-6),
            config.Flag("qkv_bias"));
        var (image, patch) = PatchEmbedding.ReadSides(config, "img_size", 16, imageSides: 1);
        return new(sizes, image, patch, config.Size("in_chans", 3, ConfigBounds.LargestWidth));
    }
}
