using SuTI.Engine;
using SuTI.Model.Generation;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti replay</c> of a picture that <c>suti generate</c> drew.</summary>
static class ReplaySubject
{
    /// <param name="model">Where the model lies now; null is where the recipe says.</param>
    /// <param name="enlarger">The same of what drew it larger.</param>
    /// <param name="photographs">The same of the photographs.</param>
    internal static Replayed Again(SubjectPictureRecipe recipe, string? model, string? enlarger, string? photographs, Device device)
    {
        var shown = recipe.ReadPhotographs(photographs);
        using var loaded = SubjectModelFolder.Open(model ?? recipe.Model, device);
        using var enlarging = recipe.Enlarging is { } larger ? Enlarging.Open(enlarger ?? larger.Model, larger.Settings, loaded.Model) : null;
        using var stop = new StopSignal();
        var line = new ProgressLine("step");
        var images = SubjectDrawing.Draw(loaded.Model, recipe.Request, shown, (done, total) => line.Show(done, total), stop.Token);
        line.Clear();
        var image = (enlarging?.Draw(images, recipe.Request, stop.Token) ?? images).Single();
        var now = SubjectPictureRecipe.Of(recipe.Request, 0, shown, loaded, ModelDigest.Compute(loaded.Folder)) with { Enlarging = enlarging?.Recipe };
        return new(image, now.ToTexts(), [.. Causes(recipe, now)]);
    }

    static IEnumerable<string> Causes(SubjectPictureRecipe before, SubjectPictureRecipe now)
    {
        if (before.ModelDigest != now.ModelDigest || before.Enlarging?.ModelDigest != now.Enlarging?.ModelDigest)
            yield return "the model's files are others";
        if (before.Device != now.Device)
            yield return $"made on {before.Device}, now on {now.Device}";
        if (before.Version != now.Version)
            yield return $"made by version {before.Version}, now {now.Version}";
    }
}
