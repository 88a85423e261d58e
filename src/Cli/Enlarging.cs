using SuTI.Engine;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;

namespace SuTI.Cli;

/// <summary>Draws the pictures of a command larger, where they are asked for larger than the model draws them.</summary>
sealed class Enlarging : IDisposable
{
    readonly LoadedUpscaler _loaded;

    Enlarging(LoadedUpscaler loaded, UpscalingSettings settings)
    {
        _loaded = loaded;
        Recipe = new(Path.GetFullPath(loaded.Folder.Path), ModelDigest.Compute(loaded.Folder), settings);
    }

    internal UpscalingRecipe Recipe { get; }

    /// <param name="size">Of the pictures, pixels; null is as the model draws them, or twice that if an enlarger is named.</param>
    /// <param name="enlarger">A folder; null is the one that comes with the program.</param>
    /// <returns>Null where the model's own size is asked for.</returns>
    /// <exception cref="SutiException">Another size, or no enlarger for it.</exception>
    internal static Enlarging? Open(int? size, string? enlarger, SubjectModel model)
    {
        var (height, width) = model.Config.Unet.SampleSize ?? throw new SutiException("--size", "the model says how large its pictures are", "sample_size", "nothing");
        int own = Math.Max(height, width), asked = size ?? (enlarger is null ? own : Upscaler.Factor * own);
        if (asked != own && asked != Upscaler.Factor * own)
            throw new SutiException("--size", "pictures are as large as the model draws them, or twice as large",
                FormattableString.Invariant($"{own} or {Upscaler.Factor * own}"), FormattableString.Invariant($"{asked}"));
        return asked == own ? null : Open(enlarger ?? ShippedModel.Find("sr", "--enlarger"), new UpscalingSettings(), model);
    }

    internal static Enlarging Open(string folder, UpscalingSettings settings, SubjectModel model)
    {
        var loaded = UpscalerFolder.Open(folder, model.Device);
        try
        {
            var takes = (loaded.Model.SmallHeight, loaded.Model.SmallWidth);
            if (model.Config.Unet.SampleSize != takes)
                throw new SutiException(loaded.Folder.Path, "the enlarger takes what the model draws", model.Config.Unet.SampleSize?.ToString(), takes.ToString());
            return new(loaded, settings);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    internal IReadOnlyList<Image> Draw(IReadOnlyList<Image> images, SubjectRequest request, CancellationToken cancellation)
    {
        var line = new ProgressLine("enlarge");
        var large = SubjectUpscaler.Draw(_loaded.Model, images, request.Prompt, request.Seed, Recipe.Settings, (done, total) => line.Show(done, total), cancellation);
        line.Clear();
        return large;
    }

    public void Dispose() => _loaded.Dispose();
}
