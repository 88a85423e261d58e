namespace SuTI.Engine.IO;

/// <summary>What a written file holds besides its tensors.</summary>
public sealed record SafetensorsWriteOptions
{
    /// <summary>The <c>__metadata__</c>, without keys of <see cref="SafetensorsDigest"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether to record a SHA-256 digest of every tensor (<see cref="SafetensorsDigest"/>).</summary>
    public bool RecordDigests { get; init; }
}
