using System.Text.Encodings.Web;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Imaging;

namespace SuTI.Model.World.Crawl;

/// <summary>What was written.</summary>
/// <param name="Pages">Web pages.</param>
/// <param name="Pictures">On all of them.</param>
/// <param name="Clusters">Pages with at least three pictures of one subject, which mining should find.</param>
public sealed record CrawlSummary(int Pages, long Pictures, long Clusters);

/// <summary>
/// Writes a crawl: <c>crawl.jsonl</c> (url, image, text) with its pictures, and apart from it <c>truth.jsonl</c>, which mining must not
/// read and is
/// measured by.
/// </summary>
public static class CrawlWriter
{
    public const string CrawlFile = "crawl.jsonl", TruthFile = "truth.jsonl";

    // Pages that are drawn at a time; the files grow in order whatever the threads do.
    const int Batch = 64;

    static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="folder">Created if need be; the two files are replaced if they are there, pictures that they do not name stay.</param>
    /// <param name="world">Whose subjects are drawn.</param>
    /// <param name="options">Pages, size, noise, split.</param>
    /// <param name="progress">Is told the pages that are done.</param>
    /// <param name="stop">Ends it; the two files then are not written.</param>
    /// <exception cref="SutiException">An option out of range, or a folder that cannot be written.</exception>
    public static CrawlSummary Write(string folder, SubjectWorld world, CrawlOptions options, IProgress<int>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(options);
        var pages = new CrawlPages(world, options);
        try
        {
            Directory.CreateDirectory(folder);
            long pictures = 0, clusters = 0;
            AtomicFile.Write(Path.Combine(folder, TruthFile), truth => AtomicFile.Write(Path.Combine(folder, CrawlFile), crawl =>
            {
                for (int first = 0; first < options.Pages; first += Batch)
                {
                    var batch = new IReadOnlyList<PagePicture>[Math.Min(Batch, options.Pages - first)];
                    Parallel.For(0, batch.Length, new ParallelOptions { CancellationToken = stop },
                        i => batch[i] = Draw(folder, pages, first + i));
                    foreach (var page in batch)
                    {
                        foreach (var picture in page)
                        {
                            Line(crawl, json => WriteEntry(json, picture));
                            Line(truth, json => WriteTruth(json, picture, world, options.Split));
                        }
                        pictures += page.Count;
                        clusters += page.Count(picture => picture.Kind == PictureKind.Subject) >= 3 ? 1 : 0;
                    }
                    progress?.Report(first + batch.Length);
                }
            }));
            return new(options.Pages, pictures, clusters);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SutiException(CheckpointException.Printable(folder ?? ""), "a crawl cannot be written here", null, failure.Message,
                failure);
        }
        catch (AggregateException failure) when (failure.InnerException is SutiException inner)
        {
            throw new SutiException(inner.Subject, inner.Rule, inner.Expected, inner.Found, failure);
        }
    }

    static IReadOnlyList<PagePicture> Draw(string folder, CrawlPages pages, int page)
    {
        var pictures = pages.Page(page);
        foreach (var picture in pictures)
        {
            string path = Path.Combine(folder, picture.ImagePath);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ImageFile.WritePng(path, new Image(picture.Picture.Size, picture.Picture.Size, 3, picture.Picture.Pixels));
        }
        return pictures;
    }

    static void WriteEntry(Utf8JsonWriter json, PagePicture picture)
    {
        json.WriteString("url", picture.Url);
        json.WriteString("image", picture.ImagePath);
        json.WriteString("text", picture.Text);
    }

    static void WriteTruth(Utf8JsonWriter json, PagePicture page, SubjectWorld world, WorldSplit split)
    {
        var picture = page.Picture;
        var request = picture.Request;
        json.WriteString("image", page.ImagePath);
        json.WriteString("url", page.Url);
        json.WriteString("kind", Name(page.Kind));
        if (picture.Subject is { } subject)
        {
            json.WriteNumber("subject", subject.Index);
            json.WriteString("class", subject.Class.Name);
            json.WriteString("held_out", Name(world.SplitOf(subject)));
        }
        json.WriteString("scene", request.Scene.Name);
        if (page.IsOnePlace)
            json.WriteBoolean("one_place", true);
        json.WriteString("view", Name(request.View));
        json.WriteNumber("scale", MathF.Round(picture.Scale, 4));
        Optional(json, "edit", request.Edit?.Name);
        Optional(json, "accessory", request.Accessory?.Name);
        Optional(json, "style", request.Style?.Name);
        json.WriteString("lighting", Name(request.Lighting));
        json.WriteString("occluder", Name(request.Occluder));
        json.WriteNumber("hidden", MathF.Round(picture.Hidden, 4));
        json.WriteString("split", Name(split));
        json.WriteString("caption", picture.Caption);
        json.WriteString("prompt", picture.Prompt);
        json.WriteBoolean("useful_text", page.IsTextUseful);
        json.WriteStartArray("box");
        foreach (int edge in (ReadOnlySpan<int>)[picture.Box.Left, picture.Box.Top, picture.Box.Right, picture.Box.Bottom])
            json.WriteNumberValue(edge);
        json.WriteEndArray();
    }

    static void Optional(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
            json.WriteString(key, value);
    }

    // FarAway becomes far_away.
    static string Name<T>(T value) where T : struct, Enum
        => string.Concat(value.ToString().Select((letter,
        i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    static void Line(Stream to, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(to, s_json))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        to.WriteByte((byte)'\n');
    }
}
