using SuTI.Engine.Layers;
using SuTI.Model.Tests.Text;
using SuTI.Model.Transformers;
using SuTI.Model.Vision;

namespace SuTI.Tests;

/// <summary>A folder with a whole CLIP, small and untrained, as published ones are laid out.</summary>
static class SmallClip
{
    internal const int Side = 32, Width = 12;

    internal static string Write(string folder, ulong seed = 1)
    {
        var config = new ClipConfig(new(new(16, 1, 2, 32, Activation.QuickGelu, 1e-5, IsCausal: true)),
            new(new(24, 1, 2, 48, Activation.QuickGelu, 1e-5), Side, 8), Width);
        using var store = new ParameterStore();
        _ = new ClipModel(store.Root, config);
        store.Allocate(seed);
        Directory.CreateDirectory(folder);
        store.Save(Path.Combine(folder, "model.safetensors"));
        using (var file = File.Create(Path.Combine(folder, "config.json")))
        {
            using var json = new System.Text.Json.Utf8JsonWriter(file);
            json.WriteStartObject();
            config.ToJson().CopyTo(json);
            json.WriteEndObject();
        }
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), $$"""
            {"image_processor_type": "CLIPImageProcessor", "size": {{Side}}, "crop_size": {{Side}} }
            """);
        foreach (string file in Directory.GetFiles(ClipVocabulary.Completed(FixtureFolder.Find("clip_tokenizer").First())))
        {
            if (Path.GetFileName(file) is "vocab.json" or "merges.txt" or "tokenizer_config.json" or "special_tokens_map.json")
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
        return folder;
    }
}
