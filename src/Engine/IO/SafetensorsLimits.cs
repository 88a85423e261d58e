namespace SuTI.Engine.IO;

/// <summary>What a safetensors file may ask of its reader before any tensor is read.</summary>
/// <remarks>
/// The first limit is the published format's. The others keep what a header makes the reader allocate below twice the
/// file's size plus 16 MiB; published files stay far below them (the largest checkpoints hold some 10⁵ tensors in all,
/// in over 50 files).
/// </remarks>
public static class SafetensorsLimits
{
    /// <summary>Bytes of the JSON header.</summary>
    public const int HeaderBytes = 100_000_000;

    /// <summary>Tensors in one file.</summary>
    public const int Tensors = 65_536;

    /// <summary>Bytes of one tensor name as written in the header, escapes included.</summary>
    public const int NameBytes = 1024;

    /// <summary>Dimensions of a tensor: the engine's own limit, twice what a convolution over videos needs.</summary>
    public const int Rank = 8;

    /// <summary>Bytes of all metadata keys and values as written in the header.</summary>
    public const int MetadataBytes = 8 << 20;

    /// <summary>Keys of the metadata: a digest per tensor and as many again.</summary>
    public const int MetadataKeys = 2 * Tensors;
}
