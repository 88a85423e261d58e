using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SuTI.Engine;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects.Mining;

/// <summary>
/// A crawl of web pages: a list of JSON lines (<c>url</c>, <c>image</c>, <c>text</c>) with its pictures beside it, or tar shards in
/// the manner of webdataset. Nothing in it need be trusted.
/// </summary>
public sealed class Crawl
{
    const string ListFile = "crawl.jsonl";
    const int FirstBytes = 1 << 20;

    static readonly ImageLimits s_limits = new() { FileBytes = 32 << 20, Pixels = 1 << 24, Side = 16384 };

    readonly string _folder;
    readonly string[] _files;

    Crawl(string folder, string[] files) => (_folder, _files) = (folder, files);

    /// <summary>What the lists left out so far; <see cref="Entries"/> counts.</summary>
    public CrawlFaults Faults { get; } = new();

    /// <param name="path">A .jsonl file, a .tar file, or a folder with crawl.jsonl or with .tar files.</param>
    /// <exception cref="SutiException">There is none of these.</exception>
    public static Crawl Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return Path.GetExtension(full).ToLowerInvariant() is ".jsonl" or ".tar" ? new(Path.GetDirectoryName(full)!, [Path.GetFileName(full)])
                : throw new SutiException(Printable(path), "is no crawl", "a file .jsonl or .tar, or a folder of these", Path.GetExtension(full));
        }
        if (!Directory.Exists(full))
            throw new SutiException(Printable(path), "a crawl is missing", "a file or folder", "nothing there");
        if (File.Exists(Path.Combine(full, ListFile)))
            return new(full, [ListFile]);
        string[] shards = [.. Directory.EnumerateFiles(full, "*.tar").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        return shards.Length > 0 ? new(full, shards)
            : throw new SutiException(Printable(path), "holds no crawl", $"{ListFile} or shards .tar", "neither");
    }

    /// <summary>
    /// SHA-256 over the lists: all of a .jsonl file; of each shard its name, length and first MiB. Pictures have digests of their own.
    /// </summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[FirstBytes];
        foreach (string name in _files)
        {
            using var file = OpenList(name);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\0{file.Length}\0")));
            do
            {
                int read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                hash.AppendData(buffer, 0, read);
                if (read < buffer.Length)
                    break;
            }
            while (!IsShard(name));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>All entries in order; what is wrong is counted in <see cref="Faults"/> and passed over.</summary>
    public IEnumerable<CrawlEntry> Entries() => _files.SelectMany(name => IsShard(name) ? TarCrawl.Read(() => OpenList(name), name, Faults) : Lines(name));

    /// <summary>The bytes of an entry's picture; null if they are not there.</summary>
    /// <exception cref="ImageException">More than 32 MiB.</exception>
    internal byte[]? Bytes(CrawlEntry entry)
    {
        string path = Path.Combine(_folder, entry.Source);
        if (!File.Exists(path))
            return null;
        using var file = File.OpenRead(path);
        long length = entry.Start < 0 ? file.Length : entry.Length;
        if (length > s_limits.FileBytes)
            throw new ImageException(entry.Source, "is too large for a picture", $"at most {s_limits.FileBytes} bytes", $"{length}");
        byte[] bytes = new byte[length];
        file.Position = Math.Max(0, entry.Start);
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : null;
    }

    internal static Image Decode(byte[] bytes, CrawlEntry entry) => ImageFile.Decode(bytes, entry.Source, s_limits);

    IEnumerable<CrawlEntry> Lines(string name)
    {
        using var file = OpenList(name);
        foreach (var line in BoundedLines.Read(file, CrawlJson.LongestLine))
        {
            if (line is { Length: 0 })
                continue;
            if (line is not { } bytes || CrawlJson.Read(bytes, "url", "image", "text") is not [var url, { Length: > 0 } image, var text]
                || !CrawlJson.IsUrl(url))
                Faults.BadLines++;
            else if (!Catalogue.RelativePaths.IsInside(image))
                Faults.BadPaths++;
            else
                yield return new(url!, image, -1, 0, CrawlJson.Shortened(text));
        }
    }

    FileStream OpenList(string name)
    {
        string path = Path.Combine(_folder, name);
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(Printable(path), "a list of the crawl cannot be read", null, failure.Message, failure);
        }
    }

    static bool IsShard(string name) => Path.GetExtension(name).Equals(".tar", StringComparison.OrdinalIgnoreCase);

    static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
