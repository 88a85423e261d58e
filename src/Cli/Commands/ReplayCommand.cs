using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti replay</c>: makes a picture again from what its file says, and compares.</summary>
static class ReplayCommand
{
    static readonly Argument<string> s_picture = new("picture") { Description = "A PNG that txt2img or generate wrote." };
    static readonly Option<string?> s_model = new("--model") { Description = "Where the model lies now; by default where the picture says." };
    static readonly Option<string?> s_enlarger = new("--enlarger") { Description = "The same of the model that enlarged it." };
    static readonly Option<string?> s_subject = new("--subject") { Description = "Where the photographs lie now; by default where the picture says." };
    static readonly Option<string> s_device = Devices.Option();
    static readonly Option<string?> s_precision = new("--precision") { Description = "f32, bf16 or f16; by default the picture's." };
    static readonly Option<string?> s_out = new("--out") { Description = "A PNG for the new picture." };
    static readonly Option<bool> s_json = new("--json") { Description = "One JSON object." };

    internal static Command Create()
    {
        var command = new DescribedCommand("replay", "Makes a picture again from its own parameters and says whether it is identical, or how it differs.",
            "suti replay pictures/0000.png")
        { s_picture, s_model, s_enlarger, s_subject, s_device, s_precision, s_out, s_json };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(s_picture)!;
        var before = ImageFile.Read(path);
        var again = SubjectPictureRecipe.Find(before, path) is { } subject
            ? ReplaySubject.Again(subject, parsed.GetValue(s_model), parsed.GetValue(s_enlarger), parsed.GetValue(s_subject), Devices.Parse(parsed.GetValue(s_device)!))
            : Again(parsed, before, path);
        if (parsed.GetValue(s_out) is { } file)
            ImageFile.WritePng(file, again.Image, again.Texts);
        var difference = PictureDifference.Between(before, again.Image);
        if (parsed.GetValue(s_json))
            Output.JsonLine(Line(path, difference, again.Causes));
        else
            Print(difference, again.Causes);
        return difference.IsNone ? ExitCode.Done : ExitCode.Failed;
    }

    static Replayed Again(ParseResult parsed, Image before, string path)
    {
        var recipe = PictureRecipe.Of(before, path);
        if (recipe.Width != before.Width || recipe.Height != before.Height)
            throw new SutiException(path, "the picture is not of the size that it was made in", $"{recipe.Width}x{recipe.Height}", $"{before.Width}x{before.Height}");
        using var model = TextToImage.Open(parsed.GetValue(s_model) ?? recipe.Model, new()
        {
            Device = Devices.Parse(parsed.GetValue(s_device)!),
            Precision = parsed.GetValue(s_precision) is { } name ? PictureOptions.Precision(name) : recipe.Precision,
            Enlarger = parsed.GetValue(s_enlarger) ?? recipe.Enlarging?.Model,
        });
        var settings = new PictureSettings
        {
            Steps = recipe.Settings.Steps,
            Guidance = recipe.Settings.Guidance,
            Sampler = recipe.Settings.Sampler,
            Eta = recipe.Settings.Eta,
            Width = recipe.Width,
            Height = recipe.Height,
        };
        if (recipe.Enlarging is { } enlarging)
            settings = settings with { Enlarging = enlarging.Settings, NoiseLevel = enlarging.NoiseLevel };
        using var stop = new StopSignal();
        var line = new ProgressLine("step");
        var picture = model.Generate([new(recipe.Prompt, recipe.Seed) { NegativePrompt = recipe.NegativePrompt }], settings,
            progress => line.Show(progress.Done, progress.Total), stop.Token).Single();
        line.Clear();
        return new(picture.Image, picture.Recipe.ToTexts(), [.. Causes(recipe, picture.Recipe)]);
    }

    static IEnumerable<string> Causes(PictureRecipe before, PictureRecipe now)
    {
        if (before.ModelDigest != now.ModelDigest || before.Enlarging?.ModelDigest != now.Enlarging?.ModelDigest)
            yield return "the model's files are others";
        if (before.Device != now.Device)
            yield return $"made on {before.Device}, now on {now.Device}";
        if (before.Precision != now.Precision)
            yield return $"made in {before.Precision.Label()}, now in {now.Precision.Label()}";
        if (before.Version != now.Version)
            yield return $"made by version {before.Version}, now {now.Version}";
    }

    static void Print(PictureDifference difference, IReadOnlyList<string> causes)
    {
        Console.Out.WriteLine(difference.IsNone ? "identical" : string.Create(CultureInfo.InvariantCulture,
            $"different: {difference.Samples} of {difference.Total} samples, at most by {difference.Largest} of 255, {difference.Decibels:0.0} dB"));
        foreach (string cause in causes)
            Console.Out.WriteLine($"note: {cause}");
    }

    static JsonObject Line(string path, PictureDifference difference, IReadOnlyList<string> causes) => new()
    {
        ["path"] = path,
        ["identical"] = difference.IsNone,
        ["samples"] = difference.Samples,
        ["total"] = difference.Total,
        ["largest"] = difference.Largest,
        ["decibels"] = difference.IsNone ? null : difference.Decibels,
        ["notes"] = new JsonArray([.. causes.Select(cause => (JsonNode)cause)]),
    };
}
