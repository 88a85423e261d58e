using System.Globalization;
using System.Security.Cryptography;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Evaluation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>
/// Finds clusters of pictures of one subject in a crawl (Chen et al. 2023, section 3.1): pictures of one page, without copies, whose
/// mean similarity lies in a band. Stopped at any moment it goes on from the last pages that it wrote down.
/// </summary>
public static class ClusterMiner
{
    const int PagesAtATime = 32;

    /// <param name="crawl">What to mine.</param>
    /// <param name="run">Where clusters go; their pictures are copied beside the catalogue.</param>
    /// <param name="embedder">Whose cosines are compared.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="progress">Is told the pages that are done, and of how many.</param>
    /// <param name="stop">Ends it between pages; what was found stays.</param>
    /// <exception cref="SutiException">
    /// The run was mined with other settings or is being mined by another process; the crawl holds no picture; a picture or the
    /// catalogue cannot be written.
    /// </exception>
    public static MiningReport Mine(Crawl crawl, RunCatalogue run, IImageEmbedder embedder, MiningOptions? options = null,
        Action<long, long>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(crawl);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(embedder);
        options ??= new();
        options.Check();
        using var turn = StageLock.Take(run, "mine");
        string settings = options.Settings(crawl.Digest(), embedder.Digest);
        run.Stages.Begin("mine", settings);
        var table = new CrawlTable(run);
        table.Fill(crawl, settings, stop);
        long total = table.Pages, done = table.PagesDone;
        if (total == 0)
            throw new SutiException("mine", "the crawl holds no picture", "lines with url, image and text, or shards", Describe(table.Faults()));
        var cache = new EmbeddingCache(run.Embeddings, embedder);
        while (table.Next(PagesAtATime) is { Count: > 0 } pages)
        {
            stop.ThrowIfCancellationRequested();
            Mine(crawl, run, table, cache, options, pages);
            done += pages.Count;
            progress?.Invoke(done, total);
        }
        run.Stages.Finish("mine");
        var report = MiningReport.Of(run);
        StageManifest.Write(run, "mine", settings, report.Counts(), run.Clusters.All().SelectMany(cluster => cluster.Images)
            .Select(image => (image.FileDigest, image.Path)));
        return report;
    }

    static void Mine(Crawl crawl, RunCatalogue run, CrawlTable table, EmbeddingCache cache, MiningOptions options, IReadOnlyList<PageToMine> pages)
    {
        PageMiner[] miners = [.. pages.Select(page => new PageMiner(page, options))];
        Parallel.ForEach(miners, miner => miner.Load(crawl, cache.Prepare));
        // In the order of pages, so that the first to show a picture keeps it, whatever the threads did.
        run.InTransaction(() =>
        {
            foreach (var miner in miners)
                miner.DropElsewhere(pixels => table.IsElsewhere(pixels, miner.Page.Id));
        });
        foreach (var miner in miners)
            miner.DropNearHashes();
        MinedPicture[] open = [.. miners.Where(miner => miner.Early() is null).SelectMany(miner => miner.Pictures)];
        float[][] vectors = cache.Images([.. open.Select(picture => (picture.PixelDigest, new Func<Image>(() => picture.Prepared)))]);
        for (int i = 0; i < open.Length; i++)
            open[i].Embedding = vectors[i];
        var judged = miners.Select(miner => (miner, Outcome: miner.Early() ?? miner.Judge())).ToList();
        // Files first: a cluster in the catalogue always has its pictures.
        var clusters = judged.Where(page => page.Outcome == PageOutcome.Kept).Select(page => Keep(crawl, run, page.miner)).ToList();
        run.InTransaction(() =>
        {
            foreach (var cluster in clusters)
                run.Clusters.Add(cluster);
            foreach (var (miner, outcome) in judged)
                table.Judge(miner.Page.Id, outcome, miner.Losses);
        });
    }

    static Cluster Keep(Crawl crawl, RunCatalogue run, PageMiner miner)
    {
        long id = miner.Page.Id;
        string folder = string.Create(CultureInfo.InvariantCulture, $"clusters/{id / 1000:D4}");
        var images = new List<ClusterImage>();
        foreach (var picture in miner.Pictures)
        {
            byte[] bytes = Bytes(crawl, run.PathOf(folder), picture.Entry);
            string extension = ImageFormat.IsPng(bytes) ? "png" : "jpg";
            string path = string.Create(CultureInfo.InvariantCulture, $"{folder}/{id:D7}-{images.Count}.{extension}");
            AtomicFile.Write(run.PathOf(path), file => file.Write(bytes));
            images.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes)), picture.PixelDigest, picture.Entry.Text, picture.Entry.Source));
        }
        var (subject, noun) = SubjectTexts.Of([.. images.Select(image => image.Text)]);
        return new(id, miner.Page.Url, subject, noun, miner.Similarity, images);
    }

    static byte[] Bytes(Crawl crawl, string folder, CrawlEntry entry)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return crawl.Bytes(entry) ?? throw new SutiException(CheckpointException.Printable(entry.Source), "a picture went away while it was mined");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(folder, 1000), "pictures cannot be copied here", null, failure.Message, failure);
        }
    }

    static string Describe(CrawlFaults faults) => FormattableString.Invariant($"none; {faults.BadLines} bad lines, {faults.BadPaths} paths that leave the crawl, ")
        + FormattableString.Invariant($"{faults.BrokenShards} broken shards");
}
