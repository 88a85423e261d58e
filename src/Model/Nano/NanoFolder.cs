using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;

namespace SuTI.Model.Nano;

/// <summary>Saves nano networks as folders of the transformers library: config.json, model.safetensors, preprocessor_config.json.</summary>
static class NanoFolder
{
    /// <param name="className">Of the library.</param>
    /// <param name="store">Parameters by the names of the library; kept as f16.</param>
    /// <param name="imageSize">Sides of the pictures that the network takes.</param>
    /// <param name="tokenizer">Writes the files of a tokenizer into a folder; null for a network without one.</param>
    internal static void Save(string path, string className, JsonConfig config, ParameterStore store, int imageSize,
        Action<string>? tokenizer = null)
    {
        string beside = Directory.CreateTempSubdirectory("suti-export-").FullName;
        try
        {
            tokenizer?.Invoke(beside);
            AtomicFile.Write(Path.Combine(beside, "preprocessor_config.json"), stream =>
            {
                using var json = new System.Text.Json.Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
                json.WriteStartObject();
                NanoPictures.Config(imageSize).CopyTo(json);
                json.WriteEndObject();
            });
            ModelFolderWriter.Save(path, null, [new("", "transformers", className)
            {
                Config = config,
                Weights = store.Stored(new() { DType = DType.Float16 }),
                CopyOf = beside,
            }]);
        }
        finally
        {
            Directory.Delete(beside, recursive: true);
        }
    }
}
