using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>How well mining did on a crawl of which the truth is known.</summary>
/// <param name="Wanted">Pages with enough different pictures of their subject.</param>
/// <param name="Found">Of these, how many are clusters.</param>
/// <param name="Clusters">All clusters of the run.</param>
/// <param name="Pictures">In all clusters.</param>
/// <param name="RightPictures">Of these, how many show the subject of their page.</param>
/// <param name="PureClusters">Wanted clusters that show nothing else.</param>
/// <param name="RightNouns">Wanted clusters whose text names the true class.</param>
public sealed record MiningScore(long Wanted, long Found, long Clusters, long Pictures, long RightPictures, long PureClusters, long RightNouns)
{
    /// <summary>Share of the clusters that are wanted.</summary>
    public double Precision => Share(Found, Clusters);

    /// <summary>Share of the wanted pages that are clusters.</summary>
    public double Recall => Share(Found, Wanted);

    /// <summary>Share of the pictures that show what their cluster is of.</summary>
    public double PicturePrecision => Share(RightPictures, Pictures);

    /// <summary>Share of the wanted clusters whose class is named rightly.</summary>
    public double NounAccuracy => Share(RightNouns, Found);

    static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}

/// <summary>The truth of a drawn crawl of JSON lines, <c>truth.jsonl</c>: mining does not read it, it is measured by it.</summary>
public static class MiningTruth
{
    /// <param name="fewest">Pictures of its subject that make a page wanted.</param>
    /// <exception cref="SutiException">The file cannot be read, or a line is no truth.</exception>
    public static MiningScore Compare(RunCatalogue run, string file, int fewest = 3)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(file);
        var pages = new Dictionary<string, Page>(StringComparer.Ordinal);
        try
        {
            using var stream = File.OpenRead(file);
            foreach (var line in BoundedLines.Read(stream, CrawlJson.LongestLine))
            {
                if (line is { Length: 0 })
                    continue;
                if (line is not { } bytes || CrawlJson.Read(bytes, "url", "image", "kind", "class") is not [{ } url, { } image, { } kind, var name])
                    throw new SutiException(CheckpointException.Printable(file, 1000), "a line is no truth about a picture", "url, image, kind", "something else");
                if (!pages.TryGetValue(url, out var page))
                    pages.Add(url, page = new());
                if (kind is not ("subject" or "duplicate"))
                    continue;
                page.Images.Add(image);
                page.Subjects += kind == "subject" ? 1 : 0;
                page.Class ??= name;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(file, 1000), "cannot be read", "the truth of a drawn crawl", failure.Message, failure);
        }
        long clusters = 0, found = 0, pictures = 0, right = 0, pure = 0, nouns = 0;
        foreach (var cluster in run.Clusters.All())
        {
            clusters++;
            pictures += cluster.Images.Count;
            if (!pages.TryGetValue(cluster.Url, out var page))
                continue;
            int own = cluster.Images.Count(image => page.Images.Contains(image.Source));
            right += own;
            if (page.Subjects < fewest)
                continue;
            found++;
            pure += own == cluster.Images.Count ? 1 : 0;
            nouns += cluster.Noun == page.Class ? 1 : 0;
        }
        return new(pages.Values.Count(page => page.Subjects >= fewest), found, clusters, pictures, right, pure, nouns);
    }

    sealed class Page
    {
        internal HashSet<string> Images { get; } = new(StringComparer.Ordinal);

        internal int Subjects { get; set; }

        internal string? Class { get; set; }
    }
}
