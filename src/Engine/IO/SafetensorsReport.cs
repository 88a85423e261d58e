namespace SuTI.Engine.IO;

/// <summary>What a checkpoint holds, told from its headers alone.</summary>
/// <param name="Path">The file or index.</param>
/// <param name="Files">The files, in the order in which they were read.</param>
/// <param name="Tensors">Every tensor, file by file in the order of its data.</param>
/// <param name="Types">The totals of each element type that occurs, the largest first.</param>
/// <param name="ParameterCount">Elements of all tensors.</param>
/// <param name="ByteCount">Bytes of all tensors.</param>
/// <param name="Metadata">Keys in ordinal order, without the digests.</param>
/// <param name="DigestCount">Tensors with a recorded SHA-256 digest.</param>
/// <param name="UnmappedTensors">Tensors in a shard that the index does not map to it.</param>
/// <param name="DeclaredTotalBytes">What the index says the tensors take, or null.</param>
public sealed record SafetensorsReport(
    string Path,
    IReadOnlyList<string> Files,
    IReadOnlyList<SafetensorsReportTensor> Tensors,
    IReadOnlyList<SafetensorsTypeTotal> Types,
    long ParameterCount,
    long ByteCount,
    IReadOnlyDictionary<string, string> Metadata,
    int DigestCount,
    IReadOnlyList<string> UnmappedTensors,
    long? DeclaredTotalBytes)
{
    /// <summary>Opens a file, index or folder, reports on it and closes it; reads no tensor.</summary>
    /// <inheritdoc cref="SafetensorsCheckpoint.Open" path="/exception"/>
    public static SafetensorsReport Read(string path)
    {
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        return Of(checkpoint);
    }

    public static SafetensorsReport Of(SafetensorsCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        SafetensorsReportTensor[] tensors = [.. checkpoint.Entries.Select(entry =>
        {
            SafetensorsFile file = checkpoint.FileOf(entry.Name);
            return new SafetensorsReportTensor(
                entry, file.Path, SafetensorsDigest.Recorded(file.Metadata, entry.Name));
        })];
        SafetensorsTypeTotal[] types = [.. checkpoint.Entries
            .GroupBy(static entry => entry.Type)
            .Select(static group => new SafetensorsTypeTotal(
                group.Key,
                group.Count(),
                group.Sum(static entry => entry.ElementCount),
                group.Sum(static entry => entry.ByteCount)))
            .OrderByDescending(static total => total.ByteCount)
            .ThenBy(static total => total.Type)];
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in checkpoint.Metadata)
        {
            if (!key.StartsWith(SafetensorsDigest.KeyPrefix, StringComparison.Ordinal))
                metadata.Add(key, value);
        }
        return new SafetensorsReport(
            checkpoint.Path,
            [.. checkpoint.Files.Select(static file => file.Path)],
            tensors,
            types,
            types.Sum(static total => total.ElementCount),
            types.Sum(static total => total.ByteCount),
            metadata,
            tensors.Count(static tensor => tensor.Sha256 is not null),
            checkpoint.UnmappedTensors,
            checkpoint.DeclaredTotalBytes);
    }
}

/// <summary>One tensor of a <see cref="SafetensorsReport"/>.</summary>
/// <param name="Entry">Name, type, shape and place.</param>
/// <param name="File">The file it lies in.</param>
/// <param name="Sha256">Its recorded digest, or null.</param>
public sealed record SafetensorsReportTensor(SafetensorsEntry Entry, string File, string? Sha256);

/// <summary>The totals of one element type.</summary>
public sealed record SafetensorsTypeTotal(SafetensorsType Type, int TensorCount, long ElementCount, long ByteCount);
