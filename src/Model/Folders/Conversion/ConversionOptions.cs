using SuTI.Engine;

namespace SuTI.Model.Folders.Conversion;

/// <summary>What is to be made of a model.</summary>
public sealed record ConversionOptions
{
    public NameStyle Names { get; init; }

    /// <summary>Of floating-point tensors; null to keep each tensor's own.</summary>
    public DType? Type { get; init; }

    /// <summary>Tensor bytes of a file in a folder; what is larger becomes shards.</summary>
    public long ShardBytes { get; init; } = ModelFolderWriter.ShardBytes;

    /// <summary>Whether what is at the target already is replaced, once the new is complete.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Of a file of PyTorch: the key that the weights lie under.</summary>
    public string? Key { get; init; }

    /// <summary>Of a folder: which weight files, as in <c>model.fp16.safetensors</c>.</summary>
    public string? Variant { get; init; }

    /// <summary>Of a Stable Diffusion file of version 2, which does not tell.</summary>
    public FilePrediction? Prediction { get; init; }

    /// <summary>A folder with a tokenizer's files, for a Stable Diffusion file, which has none.</summary>
    public string? Tokenizer { get; init; }
}

/// <summary>What a conversion did.</summary>
/// <param name="Source">What was read.</param>
/// <param name="Target">The file or folder that was written.</param>
/// <param name="What">In a few words: what became what.</param>
/// <param name="Bytes">Of tensors, as they are written.</param>
/// <param name="Notes">What was left out or is missing, one clause each.</param>
public sealed record ConversionReport(string Source, string Target, string What, int Tensors, long Parameters,
    long Bytes, double Seconds, IReadOnlyList<string> Notes)
{
    /// <summary>10⁹ bytes written a second, the wait for the disk included.</summary>
    public double GigabytesPerSecond => Seconds > 0 ? Bytes / Seconds / 1e9 : 0;
}
