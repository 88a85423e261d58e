namespace SuTI.Model.Subjects.Mining;

/// <summary>One picture of a crawl.</summary>
/// <param name="Url">Its page.</param>
/// <param name="Source">The file relative to the crawl: the picture, or the shard that holds it.</param>
/// <param name="Start">Where its bytes begin in a shard; -1 for a file of its own.</param>
/// <param name="Length">Bytes in a shard.</param>
/// <param name="Text">What the page says about it.</param>
public sealed record CrawlEntry(string Url, string Source, long Start, long Length, string Text);

/// <summary>What was left out of a crawl while its lists were read.</summary>
public sealed class CrawlFaults
{
    /// <summary>Lines that are no entry: no JSON, too long, too deep, without an address or a picture.</summary>
    public long BadLines { get; set; }

    /// <summary>Paths that leave the crawl.</summary>
    public long BadPaths { get; set; }

    /// <summary>Members of shards that are no plain files: links, devices.</summary>
    public long Links { get; set; }

    /// <summary>Members that belong to no picture, pictures without a text file, and files of other kinds.</summary>
    public long Unmatched { get; set; }

    /// <summary>Shards that end too soon or are no tar; what came before the fault is kept.</summary>
    public long BrokenShards { get; set; }
}
