using SuTI.Engine;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>A photograph of a subject, and what is said of it.</summary>
/// <param name="Path">Of its file.</param>
public sealed record Photograph(string Path, Image Image, string Caption);

/// <summary>The photographs of a folder: one subject.</summary>
public sealed class Photographs
{
    /// <summary>More than an apprentice ever saw together adds nothing.</summary>
    public const int Most = 64;

    const int LongestCaption = 4096;
    const int SmallestSide = 8;

    static readonly string[] s_kinds = [".png", ".jpg", ".jpeg"];

    Photographs(IReadOnlyList<Photograph> all, IReadOnlyList<string> skipped) => (All, Skipped) = (all, skipped);

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<Photograph> All { get; }

    /// <summary>Files that cannot be used, each with the reason.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>Reads a folder: NAME.txt beside NAME.png or NAME.jpg is its caption.</summary>
    /// <param name="otherwise">The caption of the others; null is the folder's name, as in "backpack_dog".</param>
    /// <exception cref="SutiException">No such folder, no file that can be used, or a caption that cannot be read.</exception>
    public static Photographs Read(string folder, string? otherwise = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new SutiException(Printable(folder), "a subject is a folder of photographs", null, File.Exists(folder) ? "a file" : "nothing there");
        otherwise ??= System.IO.Path.GetFileName(System.IO.Path.GetFullPath(folder).TrimEnd(System.IO.Path.DirectorySeparatorChar))
            .Replace('_', ' ').Replace('-', ' ');
        string[] files = [.. Directory.EnumerateFiles(folder).Where(file => s_kinds.Contains(System.IO.Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)];
        var (all, skipped) = (new List<Photograph>(), new List<string>());
        foreach (string file in files)
        {
            if (all.Count == Most)
            {
                skipped.Add($"{Printable(file)}: {Most} photographs are enough");
                continue;
            }
            try
            {
                var image = Load(file);
                if (Math.Min(image.Width, image.Height) < SmallestSide)
                    skipped.Add(FormattableString.Invariant($"{Printable(file)}: {image.Width}x{image.Height} pixels show nothing"));
                else
                    all.Add(new(file, image, Caption(file) ?? otherwise));
            }
            catch (ImageException failure)
            {
                skipped.Add(failure.Message);
            }
        }
        if (all.Count == 0)
            throw new SutiException(Printable(folder), "a subject needs a photograph", "a .png or .jpg file that can be read",
                skipped.Count == 0 ? "none" : string.Join("; ", skipped));
        return new(all, skipped);
    }

    /// <summary>A photograph's pixels as models see them: 8-bit RGB, so that a digest of these tells all there is to see.</summary>
    internal static Image Load(string file) => ImageFile.Read(file).ToEightBits().ToRgb();

    static string? Caption(string picture)
    {
        string file = System.IO.Path.ChangeExtension(picture, ".txt");
        if (!File.Exists(file))
            return null;
        try
        {
            using var reader = new StreamReader(file);
            char[] text = new char[LongestCaption + 1];
            int length = reader.ReadBlock(text);
            if (length > LongestCaption)
                throw new SutiException(Printable(file), "is too long for a caption", FormattableString.Invariant($"at most {LongestCaption} characters"), "more");
            return new string(text, 0, length).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(Printable(file), "cannot be read", null, failure.Message, failure);
        }
    }

    static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
