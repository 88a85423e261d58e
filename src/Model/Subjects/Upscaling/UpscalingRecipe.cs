using System.Text.Json;
using SuTI.Model.Folders;

namespace SuTI.Model.Subjects;

/// <summary>How a picture was drawn larger.</summary>
/// <param name="Model">The folder, a whole path.</param>
/// <param name="ModelDigest">See <see cref="Generation.ModelDigest"/>.</param>
public sealed record UpscalingRecipe(string Model, string ModelDigest, UpscalingSettings Settings)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", Model);
        json.WriteString("model_sha256", ModelDigest);
        json.WriteNumber("steps", Settings.Steps);
        json.WriteNumber("noise", Settings.Augmentation);
    }

    internal static UpscalingRecipe Read(JsonConfig json)
    {
        var recipe = new UpscalingRecipe(json.Text("model"), json.Text("model_sha256"),
            new() { Steps = json.Size("steps"), Augmentation = json.OptionalNumber("noise") ?? throw json.Unsupported("noise", "a number", "none") });
        json.Finish();
        return recipe;
    }
}
