using System.Globalization;
using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;

namespace SuTI.Model.Generation;

/// <summary>
/// Everything that a generated picture is a function of. It travels in the picture's file, so that the picture can be made
/// again; what does not change the picture, such as the batch it was made in or the hour, is not in it.
/// </summary>
/// <param name="Model">The folder, as it was given.</param>
/// <param name="ModelDigest">See <see cref="Generation.ModelDigest"/>.</param>
/// <param name="Pipeline">The class of the model.</param>
/// <param name="Seed">Of this picture.</param>
public sealed record PictureRecipe(string Model, string ModelDigest, string Pipeline, string Prompt, ulong Seed)
{
    /// <summary>Of the text that holds a recipe.</summary>
    public const string Keyword = "suti";

    const int Format = 1;

    public string NegativePrompt { get; init; } = "";

    public required StageSettings Settings { get; init; }

    /// <summary>The stage that enlarged the picture; null if none did.</summary>
    public EnlargingRecipe? Enlarging { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>As in <c>cpu</c> or <c>NVIDIA H200</c>: another kind of device rounds otherwise.</summary>
    public required string Device { get; init; }

    /// <summary>What networks computed in: f32, bf16 or f16.</summary>
    public required DType Precision { get; init; }

    /// <summary>Of the program.</summary>
    public required string Version { get; init; }

    /// <summary>The texts for the picture's file: the recipe, and what other programs show.</summary>
    public IReadOnlyList<ImageText> ToTexts() =>
    [
        new("Software", $"SuTI {Version}"), new("Description", Prompt), new(Keyword, ToJson()),
    ];

    /// <summary>The recipe that a picture's file holds.</summary>
    /// <param name="source">What messages call the picture.</param>
    /// <exception cref="SutiException">It holds none, or a broken one.</exception>
    public static PictureRecipe Of(Image image, string source)
    {
        ArgumentNullException.ThrowIfNull(image);
        var text = image.Texts.FirstOrDefault(text => text.Keyword == Keyword)
            ?? throw new SutiException(source, "the picture does not say how it was made", $"a text '{Keyword}'", "none");
        return Read(JsonConfig.Parse(Encoding.UTF8.GetBytes(text.Text), $"{source}, text '{Keyword}'"));
    }

    /// <summary>Name and value of every setting, in the order in which people read them.</summary>
    public IEnumerable<(string Name, string Value)> Lines()
    {
        yield return ("prompt", Prompt);
        yield return ("negative prompt", NegativePrompt);
        yield return ("seed", Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("size", FormattableString.Invariant($"{Width}x{Height}"));
        foreach (var line in Settings.Lines(""))
            yield return line;
        yield return ("model", $"{Model} ({Pipeline})");
        yield return ("model digest", ModelDigest);
        if (Enlarging is { } enlarging)
        {
            foreach (var line in enlarging.Settings.Lines("enlarging "))
                yield return line;
            yield return ("enlarging noise", FormattableString.Invariant($"{enlarging.NoiseLevel}"));
            yield return ("enlarging model", enlarging.Model);
            yield return ("enlarging digest", enlarging.ModelDigest);
        }
        yield return ("device", $"{Device}, {Precision.Label()}");
        yield return ("version", Version);
    }

    string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("version", Version);
            json.WriteString("model", Model);
            json.WriteString("model_sha256", ModelDigest);
            json.WriteString("pipeline", Pipeline);
            json.WriteString("prompt", Prompt);
            json.WriteString("negative_prompt", NegativePrompt);
            // Seeds do not fit into the numbers of JSON, which are doubles to most readers.
            json.WriteString("seed", Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("width", Width);
            json.WriteNumber("height", Height);
            Settings.Write(json);
            json.WriteString("device", Device);
            json.WriteString("precision", Precision.Label());
            if (Enlarging is { } enlarging)
            {
                json.WriteStartObject("enlarging");
                enlarging.Write(json);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    static PictureRecipe Read(JsonConfig json)
    {
        if (json.Count("format") is var format && format != Format)
            throw json.Unsupported("format", FormattableString.Invariant($"{Format}"), FormattableString.Invariant($"{format}"));
        var recipe = new PictureRecipe(json.Text("model"), json.Text("model_sha256"), json.Text("pipeline"),
            json.Text("prompt"), SeedOf(json))
        {
            NegativePrompt = json.Text("negative_prompt"),
            Settings = StageSettings.Read(json),
            Width = json.Size("width"),
            Height = json.Size("height"),
            Device = json.Text("device"),
            Precision = json.Choice("precision", null, ("f32", DType.Float32), ("bf16", DType.BFloat16), ("f16", DType.Float16)),
            Version = json.Text("version"),
            Enlarging = json.Section("enlarging") is { } enlarging ? EnlargingRecipe.Read(enlarging) : null,
        };
        json.Finish();
        return recipe;
    }

    internal static ulong SeedOf(JsonConfig json)
        => ulong.TryParse(json.Text("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw json.Unsupported("seed", "a whole number below 2^64", json.Text("seed"));
}
