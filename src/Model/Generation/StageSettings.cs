using System.Text.Json;
using SuTI.Model.Folders;

namespace SuTI.Model.Generation;

/// <summary>How a stage walks from noise to pictures.</summary>
/// <param name="Sampler">One of <see cref="SamplerNames"/>.</param>
/// <param name="Guidance">Scale of classifier-free guidance; 1 is none.</param>
public sealed record StageSettings(int Steps, double Guidance, string Sampler)
{
    /// <summary>Share of fresh noise in DDIM.</summary>
    public double Eta { get; init; }

    internal IEnumerable<(string, string)> Lines(string prefix)
    {
        yield return (prefix + "steps", FormattableString.Invariant($"{Steps}"));
        yield return (prefix + "guidance", FormattableString.Invariant($"{Guidance}"));
        yield return (prefix + "sampler", Eta == 0 ? Sampler : FormattableString.Invariant($"{Sampler}, eta {Eta}"));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("steps", Steps);
        json.WriteNumber("guidance", Guidance);
        json.WriteString("sampler", Sampler);
        json.WriteNumber("eta", Eta);
    }

    internal static StageSettings Read(JsonConfig json)
        => new(json.Size("steps"), json.Number("guidance", 1), json.Text("sampler")) { Eta = json.Number("eta", 0) };
}

/// <summary>The stage that enlarges a picture.</summary>
/// <param name="NoiseLevel">See <see cref="Diffusion.SmallPictures.NoiseLevel"/>.</param>
public sealed record EnlargingRecipe(string Model, string ModelDigest, StageSettings Settings, int NoiseLevel)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", Model);
        json.WriteString("model_sha256", ModelDigest);
        Settings.Write(json);
        json.WriteNumber("noise_level", NoiseLevel);
    }

    internal static EnlargingRecipe Read(JsonConfig json)
    {
        var recipe = new EnlargingRecipe(json.Text("model"), json.Text("model_sha256"), StageSettings.Read(json),
            json.Count("noise_level"));
        json.Finish();
        return recipe;
    }
}
