namespace SuTI.Engine.IO;

/// <summary>Weights in several files of PyTorch, found through <c>pytorch_model.bin.index.json</c>.</summary>
sealed class TorchShards : IWeightSource
{
    const int ShownProblems = 20;

    readonly List<IWeightSource> _files = [];
    readonly List<WeightEntry> _entries = [];
    readonly Dictionary<string, IWeightSource> _fileOf = new(StringComparer.Ordinal);

    TorchShards(string path) => Path = path;

    public string Path { get; }

    public IReadOnlyList<WeightEntry> Entries => _entries;

    public IReadOnlyList<string> Notes => [.. _files.SelectMany(file => file.Notes)];

    public bool ChecksDigests => false;

    /// <exception cref="CheckpointException">
    /// Shards missing, broken or without their tensors: one for all problems.
    /// </exception>
    public static TorchShards Open(string file)
    {
        var shards = new TorchShards(file);
        try
        {
            shards.Open(ShardIndex.Read(file));
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    public WeightEntry? Find(string name) => _fileOf.TryGetValue(name, out var file) ? file.Find(name) : null;

    public string FileWith(string name) => FileOf(name).Path;

    public void ReadInto(string name, long offset, Span<byte> destination)
        => FileOf(name).ReadInto(name, offset, destination);

    public int VerifyDigests() => 0;

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    IWeightSource FileOf(string name) => _fileOf.TryGetValue(name, out var file) ? file
        : throw new CheckpointException(Path, "the tensor must be in the checkpoint", found: $"{_entries.Count} others",
            tensor: name);

    void Open(ShardIndex index)
    {
        string folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        var problems = new List<string>();
        foreach (var shard in index.WeightMap.GroupBy(static pair => pair.Value, static pair => pair.Key)
            .OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            IWeightSource file;
            try
            {
                file = TorchWeights.Open(System.IO.Path.Combine(folder, shard.Key));
            }
            catch (CheckpointException e)
            {
                problems.Add(e.Message.TrimEnd('.'));
                continue;
            }
            _files.Add(file);
            foreach (string name in shard)
            {
                if (file.Find(name) is not { } entry)
                {
                    problems.Add($"{shard.Key} lacks tensor '{CheckpointException.Printable(name)}'");
                    continue;
                }
                _entries.Add(entry);
                _fileOf.Add(name, file);
            }
        }
        string more = problems.Count > ShownProblems ? $"; and {problems.Count - ShownProblems} more" : "";
        if (problems.Count > 0)
            throw new CheckpointException(Path, "every mapped tensor must be in its shard",
                found: string.Join("; ", problems.Take(ShownProblems)) + more);
    }
}
