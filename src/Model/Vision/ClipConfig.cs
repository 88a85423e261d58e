using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>A whole CLIP, as <c>CLIPConfig</c> of the transformers library describes it.</summary>
/// <param name="ProjectionWidth">Of the shared space; what the towers say of it themselves is not used.</param>
public sealed record ClipConfig(ClipTextConfig Text, ClipVisionConfig Vision, int ProjectionWidth = 512)
{
    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static ClipConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.ReadLibraryKeys();
        // A first value, which the checkpoint's replaces.
        config.Ignore("logit_scale_init_value");
        int width = config.Size("projection_dim", 512, ConfigBounds.LargestWidth);
        var text = ClipTextConfig.Read(Tower(config, "text_config"));
        var vision = ClipVisionConfig.Read(Tower(config, "vision_config"));
        config.Finish();
        return new(text with { ProjectionWidth = width }, vision with { ProjectionWidth = width }, width);
    }

    /// <summary>The config.json of transformers' CLIPModel that reads as this.</summary>
    public JsonConfig ToJson() => ConfigWriter.Write("CLIP", json =>
    {
        json.Texts("architectures", ["CLIPModel"]);
        json.WriteString("model_type"u8, "clip");
        json.WriteNumber("projection_dim"u8, ProjectionWidth);
        json.WriteStartObject("text_config"u8);
        Text.WriteTo(json);
        json.WriteEndObject();
        json.WriteStartObject("vision_config"u8);
        Vision.WriteTo(json);
        json.WriteEndObject();
    });

    // Files of the first releases hold each tower twice; the library lets the …_dict win, with its defaults.
    static JsonConfig Tower(JsonConfig config, string key)
    {
        var section = config.Section(key);
        return config.Section(key + "_dict") ?? section
            ?? JsonConfig.Parse("{}"u8.ToArray(), $"{config.Source}, {key}");
    }
}
