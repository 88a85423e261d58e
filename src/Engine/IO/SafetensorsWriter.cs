using System.Security.Cryptography;

namespace SuTI.Engine.IO;

/// <summary>Writes safetensors files that are replaced as a whole or not at all.</summary>
/// <remarks>
/// Tensors are laid out by element size, largest first, then by name (ordinal), whatever order they come in: every
/// tensor is aligned to its elements, and equal content gives equal bytes. The header is padded with spaces to a
/// multiple of 8. Each tensor's bytes are asked for once and go straight to the file.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes one file.</summary>
    /// <exception cref="SafetensorsException">A reader would refuse the file: a name twice, ….</exception>
    /// <exception cref="CheckpointException">
    /// A tensor did not write its size, or the file system refused a step. The file that was there is unchanged, as it
    /// is after an exception of a tensor's own.
    /// </exception>
    public static void Write(
        string path, IEnumerable<SafetensorsTensor> tensors, SafetensorsWriteOptions? options = null) =>
        Write(path, tensors, options, FileSteps.Current);

    /// <summary>Writes <c>STEM.safetensors</c>, or numbered shards and <c>STEM.safetensors.index.json</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="stem">The common part of the names, e.g. <c>model</c>.</param>
    /// <param name="tensors">Fill the shards in this order; a tensor is never divided.</param>
    /// <param name="maxShardBytes">Tensor bytes of a shard; a larger tensor has a shard of its own.</param>
    /// <param name="options">Apply to each shard.</param>
    /// <returns>The path to open: the file, if all fits into one, or the index.</returns>
    /// <remarks>
    /// All shards are complete on the disk before the first is renamed, the index comes last. A crash between two
    /// renamings can mix shards with those of an older checkpoint of the same names: write into a fresh folder, or
    /// record digests, where that matters.
    /// </remarks>
    /// <inheritdoc cref="Write(string, IEnumerable{SafetensorsTensor}, SafetensorsWriteOptions)" path="/exception"/>
    public static string WriteSharded(
        string folder,
        string stem,
        IEnumerable<SafetensorsTensor> tensors,
        long maxShardBytes,
        SafetensorsWriteOptions? options = null) =>
        ShardWriter.Write(folder, stem, [.. tensors], maxShardBytes, options ?? new(), FileSteps.Current);

    internal static void Write(
        string path, IEnumerable<SafetensorsTensor> tensors, SafetensorsWriteOptions? options, FileSteps steps)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var header = new SafetensorsHeaderWriter(path, tensors, options ?? new SafetensorsWriteOptions());
        AtomicFile.Write(path, stream => WriteContent(stream, path, header), steps);
    }

    internal static void WriteContent(Stream stream, string path, SafetensorsHeaderWriter header)
    {
        long start = stream.Position;
        stream.Write(header.ToBytes());
        foreach (SafetensorsTensor tensor in header.Tensors)
        {
            using IncrementalHash? hash =
                header.RecordsDigests ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            using var part = new TensorStream(stream, path, tensor, hash);
            tensor.WriteTo(part);
            part.Complete();
            if (hash is not null)
                header.SetDigest(tensor, hash.GetHashAndReset());
        }
        if (header.RecordsDigests)
        {
            // The digests stand before the data they are taken of; their length is known, so the header keeps its own.
            stream.Position = start;
            stream.Write(header.ToBytes());
        }
    }
}
