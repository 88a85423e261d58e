using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Text;

/// <summary>The text tower of CLIP, as <c>CLIPTextConfig</c> of the transformers library describes it.</summary>
/// <param name="Vocabulary">Token ids are below it.</param>
/// <param name="Positions">The longest text, in tokens.</param>
/// <param name="EndToken">The id whose state stands for the text; see <see cref="ClipTextEncoder.Pool"/>.</param>
/// <param name="ProjectionWidth">Of the space that texts and images share.</param>
public sealed record ClipTextConfig(TransformerSizes Sizes, int Vocabulary = 49408, int Positions = 77,
    int EndToken = 49407, int ProjectionWidth = 512)
{
    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static ClipTextConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.ReadLibraryKeys();
        // Dropout is for training; the published towers are evaluated without.
        config.Ignore("attention_dropout", "dropout");
        var sizes = TransformerSizes.Read(config, width: 512, layers: 12, heads: 8, feedForwardWidth: 2048,
            "quick_gelu", normEpsilon: 1e-5) with
        { IsCausal = true };
        var read = new ClipTextConfig(sizes, config.Size("vocab_size", 49408, ConfigBounds.MostRows),
            config.Size("max_position_embeddings", 77, ConfigBounds.MostRows),
            config.Count("eos_token_id", 49407), config.Size("projection_dim", 512, ConfigBounds.LargestWidth));
        config.Finish();
        return read;
    }

    /// <summary>The config.json of transformers that reads as this.</summary>
    /// <param name="className">CLIPTextModel, or CLIPTextModelWithProjection.</param>
    public JsonConfig ToJson(string className = "CLIPTextModel") => ConfigWriter.Write("CLIP text", json =>
    {
        json.Texts("architectures", [className]);
        WriteTo(json);
    });

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("eos_token_id"u8, EndToken);
        json.WriteNumber("max_position_embeddings"u8, Positions);
        json.WriteString("model_type"u8, "clip_text_model");
        json.WriteNumber("projection_dim"u8, ProjectionWidth);
        json.WriteNumber("vocab_size"u8, Vocabulary);
        Sizes.WriteTo(json);
    }
}
