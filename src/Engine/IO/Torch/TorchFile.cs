namespace SuTI.Engine.IO;

/// <summary>
/// An open weight file of PyTorch: <c>.bin</c>, <c>.pt</c>, <c>.pth</c>, <c>.ckpt</c>. Opening runs its pickle without
/// calling anything; tensors are read when asked for, where they lie.
/// </summary>
/// <remarks>
/// Format: torch.save of PyTorch 1.6 and later (a zip archive, <see cref="ZipDirectory"/>) and of earlier versions
/// (pickles, then storages). Names are the keys that lead to a tensor, joined by points: a training checkpoint's
/// weights are
/// <c>state_dict.…</c>.
/// </remarks>
public sealed class TorchFile : IWeightSource
{
    internal const int MaxPickleBytes = 48 << 20;

    readonly FileStream _stream;
    readonly Dictionary<string, (WeightEntry Entry, TorchTensor Tensor, StridedReader Reader)> _tensors =
        new(StringComparer.Ordinal);
    readonly List<WeightEntry> _entries = [];

    TorchFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
    }

    public string Path { get; }

    public IReadOnlyList<WeightEntry> Entries => _entries;

    public IReadOnlyList<string> Notes => ForeignObjects.Count == 0 ? []
        : [$"left out objects of {string.Join(", ", ForeignObjects)} (nothing was called)"];

    /// <summary>Classes and functions that the file names besides those of tensors. None was called.</summary>
    public IReadOnlyList<string> ForeignObjects { get; private set; } = [];

    public bool ChecksDigests => false;

    /// <exception cref="CheckpointException">
    /// No such file, not one of PyTorch's, broken, beyond the limits, or one that would run something, which is named.
    /// </exception>
    public static TorchFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFiles.Reading(path, () =>
        {
            var file = new TorchFile(path, CheckpointFiles.Open(path));
            try
            {
                file.ReadDirectory();
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    public WeightEntry? Find(string name) => _tensors.TryGetValue(name, out var found) ? found.Entry : null;

    public string FileWith(string name) => _tensors.ContainsKey(name) ? Path : throw Missing(name);

    public void ReadInto(string name, long offset, Span<byte> destination)
    {
        if (!_tensors.TryGetValue(name, out var found))
            throw Missing(name);
        if (offset < 0 || offset > found.Entry.ByteCount - destination.Length)
            throw new CheckpointException(Path, "the part must lie within the tensor", $"0 to {found.Entry.ByteCount}",
                $"{offset} to {(Int128)offset + destination.Length}", name);
        found.Reader.ReadInto(offset, destination);
    }

    /// <summary>These files record no digests.</summary>
    public int VerifyDigests() => 0;

    public void Dispose() => _stream.Dispose();

    /// <summary>Whether the first bytes are those of a file of PyTorch.</summary>
    internal static bool Looks(ReadOnlySpan<byte> start)
        => IsZip(start) || (start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5);

    static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8)
        || start.StartsWith("PK\u0005\u0006"u8);

    void ReadDirectory()
    {
        Span<byte> start = stackalloc byte[4];
        int read = RandomAccess.Read(_stream.SafeFileHandle, start, 0);
        var content = IsZip(start[..read]) ? TorchZip.Read(_stream.SafeFileHandle, Path)
            : TorchPickles.Read(_stream.SafeFileHandle, Path);
        ForeignObjects = content.Foreign;
        foreach (var (name, tensor) in TorchTree.Tensors(content.Root, Path)
            .OrderBy(pair => pair.Value.Storage.Position)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var entry = new WeightEntry(name, tensor.Type, tensor.View.Sizes);
            _entries.Add(entry);
            _tensors.Add(name, (entry, tensor, new StridedReader(tensor.View, tensor.Type.ElementBytes(),
                (offset, destination) => Read(name, tensor.Storage.Position + offset, destination))));
        }
    }

    void Read(string name, long position, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_stream.SafeFileHandle, destination, position);
                if (count == 0)
                    throw new CheckpointException(Path, "the file must not shrink while it is open", tensor: name);
                position += count;
                destination = destination[count..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CheckpointFiles.Unreadable(Path, e);
        }
    }

    CheckpointException Missing(string name) => new(Path, "the tensor must be in the file",
        found: $"{_entries.Count} others", tensor: name);
}

/// <summary>What a file's pickle made.</summary>
sealed record TorchContent(object? Root, IReadOnlyList<string> Foreign);
