using System.Globalization;
using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects;

/// <summary>
/// Everything that a picture of a subject is a function of, as <see cref="PictureRecipe"/> is for pictures from prompts alone: it travels in
/// the picture's file, under the same keyword.
/// </summary>
/// <param name="Model">The folder, a whole path.</param>
/// <param name="ModelDigest">See <see cref="Generation.ModelDigest"/>.</param>
/// <param name="Request">For this picture alone: a count of 1, and its own seed.</param>
/// <param name="Demonstrations">The photographs that were read, in their order.</param>
public sealed record SubjectPictureRecipe(string Model, string ModelDigest, SubjectRequest Request, IReadOnlyList<DemonstrationRecipe> Demonstrations)
{
    const string Kind = "subject";

    const int Format = 1;

    static readonly (string Name, PictureFit Fit)[] s_fits = [.. Enum.GetValues<PictureFit>().Select(fit => (Name(fit), fit))];

    /// <summary>What drew the picture larger; null if nothing did.</summary>
    public UpscalingRecipe? Enlarging { get; init; }

    /// <inheritdoc cref="PictureRecipe.Device"/>
    public required string Device { get; init; }

    /// <inheritdoc cref="PictureRecipe.Version"/>
    public required string Version { get; init; }

    /// <summary>How a picture of a request came to be.</summary>
    /// <param name="index">Of the picture in the request, from 0.</param>
    /// <param name="photographs">Of the subject, as <see cref="SubjectDrawing.Draw"/> was given them.</param>
    /// <param name="digest">Of the model.</param>
    public static SubjectPictureRecipe Of(SubjectRequest request, int index, IReadOnlyList<Photograph> photographs, LoadedSubjectModel model, string digest)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(photographs);
        ArgumentNullException.ThrowIfNull(model);
        DemonstrationRecipe[] shown = [.. photographs.Take(request.Demonstrations).Select(DemonstrationRecipe.Of)];
        return new(Path.GetFullPath(model.Folder.Path), digest,
            request with { Count = 1, Seed = unchecked(request.Seed + (ulong)index), Demonstrations = shown.Length }, shown)
        {
            Device = (model.Model.Device as CudaDevice)?.Model ?? model.Model.Device.Name,
            Version = SutiVersion.Text,
        };
    }

    /// <summary>The recipe that a picture's file holds; null if it is none of a subject's picture.</summary>
    /// <param name="source">What messages call the picture.</param>
    /// <exception cref="SutiException">A broken one.</exception>
    public static SubjectPictureRecipe? Find(Image image, string source)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Texts.FirstOrDefault(text => text.Keyword == PictureRecipe.Keyword) is not { } text)
            return null;
        var json = JsonConfig.Parse(Encoding.UTF8.GetBytes(text.Text), $"{source}, text '{PictureRecipe.Keyword}'");
        return json.OptionalText("kind") == Kind ? Read(json) : null;
    }

    /// <summary>The texts for the picture's file: the recipe, and what other programs show.</summary>
    public IReadOnlyList<ImageText> ToTexts() =>
    [
        new("Software", $"SuTI {Version}"), new("Description", Request.Prompt), new(PictureRecipe.Keyword, ToJson()),
    ];

    /// <summary>Name and value of every setting, in the order in which people read them.</summary>
    public IEnumerable<(string Name, string Value)> Lines()
    {
        yield return ("prompt", Request.Prompt);
        yield return ("seed", Request.Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("steps", FormattableString.Invariant($"{Request.Steps}"));
        yield return ("guidance", FormattableString.Invariant($"{Request.Guidance}"));
        if (Request.SubjectGuidance is { } subject)
        {
            yield return ("subject guidance", FormattableString.Invariant($"{subject}"));
            yield return ("interleave", FormattableString.Invariant($"{Request.Interleave}"));
        }
        yield return ("temperature", FormattableString.Invariant($"{Request.Temperature}"));
        yield return ("eta", FormattableString.Invariant($"{Request.Eta}"));
        foreach (var demonstration in Demonstrations)
            yield return ("photograph", $"{demonstration.Path} ({demonstration.Caption})");
        yield return ("fit", Name(Request.Fit));
        yield return ("model", Model);
        yield return ("model digest", ModelDigest);
        if (Enlarging is { } enlarging)
        {
            yield return ("enlarging steps", FormattableString.Invariant($"{enlarging.Settings.Steps}"));
            yield return ("enlarging noise", FormattableString.Invariant($"{enlarging.Settings.Augmentation}"));
            yield return ("enlarging model", enlarging.Model);
            yield return ("enlarging digest", enlarging.ModelDigest);
        }
        yield return ("device", Device);
        yield return ("version", Version);
    }

    /// <summary>Reads the photographs again.</summary>
    /// <param name="folder">Where they are now; null is where they were.</param>
    /// <exception cref="SutiException">One is missing, or shows something else than it did: all such are named.</exception>
    public IReadOnlyList<Photograph> ReadPhotographs(string? folder = null)
    {
        string[] paths = [.. Demonstrations.Select(one => folder is null ? one.Path : Path.Combine(folder, Path.GetFileName(one.Path)))];
        Require("photographs must be where they were, or where they are now must be said", "all of them", paths.Where(path => !File.Exists(path)));
        Photograph[] read = [.. paths.Select((path, i) => new Photograph(path, Photographs.Load(path), Demonstrations[i].Caption))];
        Require("photographs must be those that the picture was made from", "the same pixels",
            paths.Where((_, i) => PixelDigest.Of(read[i].Image) != Demonstrations[i].Digest));
        return read;

        static void Require(string rule, string expected, IEnumerable<string> failing)
        {
            if (failing.ToList() is { Count: > 0 } list)
                throw new SutiException("replay", rule, expected, $"not so: {CheckpointException.Printable(string.Join(", ", list), 4000)}");
        }
    }

    string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("kind", Kind);
            json.WriteNumber("format", Format);
            json.WriteString("version", Version);
            json.WriteString("model", Model);
            json.WriteString("model_sha256", ModelDigest);
            json.WriteString("prompt", Request.Prompt);
            json.WriteString("seed", Request.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("steps", Request.Steps);
            json.WriteNumber("guidance", Request.Guidance);
            if (Request.SubjectGuidance is { } subject)
            {
                json.WriteNumber("subject_guidance", subject);
                json.WriteNumber("interleave", Request.Interleave);
            }
            json.WriteNumber("temperature", Request.Temperature);
            json.WriteNumber("eta", Request.Eta);
            json.WriteString("fit", Name(Request.Fit));
            json.WriteString("device", Device);
            json.Texts("photographs", Demonstrations.Select(one => one.Path));
            json.Texts("captions", Demonstrations.Select(one => one.Caption));
            json.Texts("photograph_sha256", Demonstrations.Select(one => one.Digest));
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

    static SubjectPictureRecipe Read(JsonConfig json)
    {
        if (json.Count("format") is var format && format != Format)
            throw json.Unsupported("format", FormattableString.Invariant($"{Format}"), FormattableString.Invariant($"{format}"));
        var (paths, captions, digests) = (json.Texts("photographs"), json.Texts("captions"), json.Texts("photograph_sha256"));
        if (captions.Count != paths.Count || digests.Count != paths.Count)
            throw json.Unsupported("captions", $"one of each photograph, as digests: {paths.Count}", $"{captions.Count} and {digests.Count}");
        var defaults = new SubjectRequest(json.Text("prompt"));
        var recipe = new SubjectPictureRecipe(json.Text("model"), json.Text("model_sha256"), defaults with
        {
            Seed = PictureRecipe.SeedOf(json),
            Steps = json.Size("steps"),
            Guidance = json.Number("guidance", defaults.Guidance),
            SubjectGuidance = json.OptionalNumber("subject_guidance"),
            Interleave = json.Number("interleave", defaults.Interleave),
            // What older pictures were drawn with.
            Temperature = json.Number("temperature", 1),
            Eta = json.Number("eta", 0),
            Fit = json.Choice("fit", null, s_fits),
            Demonstrations = paths.Count,
        }, [.. paths.Select((path, i) => new DemonstrationRecipe(path, captions[i], digests[i]))])
        {
            Enlarging = json.Section("enlarging") is { } enlarging ? UpscalingRecipe.Read(enlarging) : null,
            Device = json.Text("device"),
            Version = json.Text("version"),
        };
        json.Finish();
        return recipe;
    }

    static string Name(PictureFit fit) => fit.ToString().ToLowerInvariant();
}

/// <summary>A photograph that a picture was made from.</summary>
/// <param name="Path">Of its file, whole.</param>
/// <param name="Caption">What was said of it.</param>
/// <param name="Digest">See <see cref="PixelDigest"/>.</param>
public sealed record DemonstrationRecipe(string Path, string Caption, string Digest)
{
    public static DemonstrationRecipe Of(Photograph photograph)
    {
        ArgumentNullException.ThrowIfNull(photograph);
        return new(System.IO.Path.GetFullPath(photograph.Path), photograph.Caption, PixelDigest.Of(photograph.Image));
    }
}
