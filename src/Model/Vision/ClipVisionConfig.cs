using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>The image tower of CLIP, as <c>CLIPVisionConfig</c> of the transformers library describes it.</summary>
/// <param name="ImageSize">Rows and columns of pixels.</param>
/// <param name="PatchSize">Rows and columns of pixels of one token.</param>
/// <param name="ProjectionWidth">Of the space that texts and images share.</param>
public sealed record ClipVisionConfig(TransformerSizes Sizes, int ImageSize = 224, int PatchSize = 32, int Channels = 3,
    int ProjectionWidth = 512)
{
    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static ClipVisionConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.ReadLibraryKeys();
        // Dropout is for training; the published towers are evaluated without.
        config.Ignore("attention_dropout", "dropout");
        var sizes = TransformerSizes.Read(config, width: 768, layers: 12, heads: 12, feedForwardWidth: 3072,
            "quick_gelu", normEpsilon: 1e-5);
        var (image, patch) = PatchEmbedding.ReadSides(config, "image_size", 32);
        var read = new ClipVisionConfig(sizes, image, patch, config.Size("num_channels", 3, ConfigBounds.LargestWidth),
            config.Size("projection_dim", 512, ConfigBounds.LargestWidth));
        config.Finish();
        return read;
    }

    /// <summary>The config.json of transformers that reads as this.</summary>
    /// <param name="className">CLIPVisionModel, or CLIPVisionModelWithProjection.</param>
    public JsonConfig ToJson(string className = "CLIPVisionModelWithProjection")
        => ConfigWriter.Write("CLIP vision", json =>
        {
            json.Texts("architectures", [className]);
            WriteTo(json);
        });

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("image_size"u8, ImageSize);
        json.WriteString("model_type"u8, "clip_vision_model");
        json.WriteNumber("num_channels"u8, Channels);
        json.WriteNumber("patch_size"u8, PatchSize);
        json.WriteNumber("projection_dim"u8, ProjectionWidth);
        Sizes.WriteTo(json);
    }
}
