namespace SuTI.Engine.IO;

/// <summary>
/// Named tensors in files that are open for reading: safetensors, PyTorch, shards of either, or a view of such a source
/// under other names. Nothing but headers has been read when it is there.
/// </summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The file or index that was opened, for messages.</summary>
    string Path { get; }

    /// <summary>All tensors, in the order in which reading them is fastest.</summary>
    IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>What was left out or skipped, one clause each: foreign objects, tensors of another model.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Whether a load is to check the digests that the files record.</summary>
    bool ChecksDigests { get; }

    /// <summary>The tensor of that name; null if there is none.</summary>
    WeightEntry? Find(string name);

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="CheckpointException">There is no tensor of that name.</exception>
    string FileWith(string name);

    /// <summary>
    /// Reads a part that begins <paramref name="offset"/> bytes into the tensor as it lies row by row. May run on many
    /// threads at once.
    /// </summary>
    /// <exception cref="CheckpointException">The tensor is missing, shorter, or no longer all there.</exception>
    void ReadInto(string name, long offset, Span<byte> destination);

    /// <summary>Checks the recorded digests of all tensors and returns how many there are.</summary>
    /// <exception cref="CheckpointException">A tensor is not what its digest says.</exception>
    int VerifyDigests();
}
