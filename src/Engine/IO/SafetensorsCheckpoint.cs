namespace SuTI.Engine.IO;

/// <summary>A checkpoint of one or several safetensors files, read by tensor name.</summary>
public sealed class SafetensorsCheckpoint : IWeightSource
{
    internal const string FileSuffix = ".safetensors";
    internal const string IndexSuffix = ".safetensors.index.json";

    const int ShownProblems = 20;

    readonly List<SafetensorsFile> _files = [];
    readonly List<SafetensorsEntry> _entries = [];
    readonly List<string> _unmapped = [];
    readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    SafetensorsCheckpoint(string path, bool verifyDigests)
    {
        Path = path;
        ChecksDigests = verifyDigests;
    }

    /// <summary>The file or index that was opened.</summary>
    public string Path { get; }

    /// <summary>The open files, by name.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>All tensors, file by file in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    public IEnumerable<string> Names => _entries.Select(static entry => entry.Name);

    /// <summary>The metadata of all files; where two have the same key, the first file's value.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Tensors that lie in a shard without the index sending anyone there; they are not read.</summary>
    public IReadOnlyList<string> UnmappedTensors => _unmapped;

    /// <summary>The bytes the index declares, or null; published indices are not always right about them.</summary>
    public long? DeclaredTotalBytes { get; private set; }

    /// <summary>Opens a file, an index (<c>….safetensors.index.json</c>) or a folder that holds either.</summary>
    /// <param name="verifyDigests">See <see cref="SafetensorsFile.Open"/>.</param>
    /// <exception cref="CheckpointException">
    /// Nothing to open, or an index whose shards are missing, broken or lack a tensor: one exception for all problems.
    /// </exception>
    /// <exception cref="SafetensorsException">The one file breaks a rule of the format.</exception>
    public static SafetensorsCheckpoint Open(string path, bool verifyDigests = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = CheckpointLocator.Find(path, safetensorsOnly: true);
        var checkpoint = new SafetensorsCheckpoint(file, verifyDigests);
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                checkpoint.OpenShards(ShardIndex.Read(file), verifyDigests);
            else
                checkpoint.Add(SafetensorsFile.Open(file, verifyDigests), static _ => true);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public bool ChecksDigests { get; }

    IReadOnlyList<WeightEntry> IWeightSource.Entries => _entries;

    public IReadOnlyList<string> Notes => _unmapped.Count == 0 ? []
        : [$"left out {_unmapped.Count} tensors that lie in a shard without being mapped to it"];

    public WeightEntry? Find(string name)
        => _fileOf.TryGetValue(name, out SafetensorsFile? file) ? file.Entry(name) : null;

    public string FileWith(string name) => FileOf(name).Path;

    public bool Contains(string name) => _fileOf.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="CheckpointException">The checkpoint has no tensor of that name.</exception>
    public SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new CheckpointException(Path, "the tensor must be in the checkpoint",
            found: $"{_entries.Count} others", tensor: name);

    /// <inheritdoc cref="FileOf" path="/exception"/>
    public SafetensorsEntry Entry(string name) => FileOf(name).Entry(name);

    /// <inheritdoc cref="SafetensorsFile.ReadInto(string, Span{byte})"/>
    public void ReadInto(string name, Span<byte> destination) => FileOf(name).ReadInto(name, destination);

    /// <inheritdoc cref="SafetensorsFile.ReadInto(string, long, Span{byte})"/>
    public void ReadInto(string name, long offset, Span<byte> destination) =>
        FileOf(name).ReadInto(name, offset, destination);

    /// <inheritdoc cref="SafetensorsFile.OpenView"/>
    public SafetensorsView OpenView(string name) => FileOf(name).OpenView(name);

    /// <inheritdoc cref="SafetensorsFile.VerifyDigests"/>
    public int VerifyDigests() => _files.Sum(static file => file.VerifyDigests());

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    void OpenShards(ShardIndex index, bool verifyDigests)
    {
        DeclaredTotalBytes = index.DeclaredTotalBytes;
        string folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        var problems = new List<string>();
        foreach (IGrouping<string, string> shard in index.WeightMap
            .GroupBy(static pair => pair.Value, static pair => pair.Key)
            .OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            SafetensorsFile file;
            try
            {
                file = SafetensorsFile.Open(System.IO.Path.Combine(folder, shard.Key), verifyDigests);
            }
            catch (CheckpointException e)
            {
                problems.Add(e.Message.TrimEnd('.'));
                continue;
            }
            Add(file, name => index.WeightMap.TryGetValue(name, out string? mapped) && mapped == shard.Key);
            problems.AddRange(shard.Where(name => !file.Contains(name)).Select(name =>
                $"{shard.Key} lacks tensor '{CheckpointException.Printable(name)}'"));
        }
        if (problems.Count > 0)
            throw Broken(problems);
    }

    void Add(SafetensorsFile file, Predicate<string> isMapped)
    {
        _files.Add(file);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!isMapped(entry.Name))
            {
                _unmapped.Add(entry.Name);
                continue;
            }
            _entries.Add(entry);
            _fileOf.Add(entry.Name, file);
        }
        foreach ((string key, string value) in file.Metadata)
            _metadata.TryAdd(key, value);
    }

    CheckpointException Broken(List<string> problems)
    {
        problems.AddRange(_unmapped.Select(static name =>
            $"tensor '{CheckpointException.Printable(name)}' lies in a shard but is not mapped to it"));
        string more = problems.Count > ShownProblems ? $"; and {problems.Count - ShownProblems} more" : "";
        return new CheckpointException(Path, "every mapped tensor must be in its shard",
            found: string.Join("; ", problems.Take(ShownProblems)) + more);
    }
}
