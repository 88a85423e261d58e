namespace SuTI.Engine.IO;

/// <summary>How a source of weights is opened.</summary>
public sealed record WeightOptions
{
    /// <summary>
    /// Of a folder: the variant to open, as in <c>model.fp16.safetensors</c>; null for the plain names.
    /// </summary>
    public string? Variant { get; init; }

    /// <summary>
    /// Of a file of PyTorch: the key that the weights lie under, such as <c>teacher</c>. By default they are the
    /// tensors of the outermost dict or, where that holds other dicts, those of <c>state_dict</c>.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Whether a load checks the digests that safetensors files record.</summary>
    public bool VerifyDigests { get; init; }
}

/// <summary>
/// Opens weights of any format: by the content of a file, the name of an index, or what a folder holds.
/// </summary>
public static class WeightFiles
{
    internal const string TorchSuffix = ".bin";
    internal const string IndexSuffix = ".index.json";

    /// <param name="path">
    /// A safetensors file, a file of PyTorch, an index of shards of either, or a folder that holds one of them.
    /// </param>
    /// <exception cref="CheckpointException">
    /// Nothing to open, a broken file, or one of PyTorch that names functions which its weights do not need.
    /// </exception>
    public static IWeightSource Open(string path, WeightOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        string file = CheckpointLocator.Find(path, options.Variant);
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return IsTorchIndex(file) ? TorchShards.Open(file)
                : SafetensorsCheckpoint.Open(file, options.VerifyDigests);
        }
        return IsTorch(file) ? TorchWeights.Open(file, options.Key)
            : SafetensorsCheckpoint.Open(file, options.VerifyDigests);
    }

    /// <summary>pytorch_model.bin.index.json, pytorch_model.bin.index.fp16.json.</summary>
    internal static bool IsTorchIndex(string file)
        => Path.GetFileName(file).Contains(TorchSuffix + ".index.", StringComparison.OrdinalIgnoreCase);

    static bool IsTorch(string file) => CheckpointFiles.Reading(file, () =>
    {
        using FileStream stream = CheckpointFiles.Open(file);
        Span<byte> start = stackalloc byte[9];
        int read = RandomAccess.Read(stream.SafeFileHandle, start, 0);
        // A safetensors header begins behind its length of 8 bytes.
        bool isSafetensors = read == start.Length && start[8] == '{';
        if (isSafetensors || file.EndsWith(SafetensorsCheckpoint.FileSuffix, StringComparison.OrdinalIgnoreCase))
            return false;
        return TorchFile.Looks(start[..read]) || Path.GetExtension(file) is ".bin" or ".ckpt" or ".pt" or ".pth";
    });
}
