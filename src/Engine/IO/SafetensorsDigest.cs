namespace SuTI.Engine.IO;

/// <summary>SHA-256 digests of tensors, kept in the file's own metadata.</summary>
/// <remarks>
/// One key per tensor, <c>suti.sha256.NAME</c>, with 64 hexadecimal digits over the tensor's bytes as stored. A key
/// each rather than one table: other readers see plain strings, and no second format is nested in the header. A digest
/// finds damage, not forgery: whoever can change the data can change it too.
/// </remarks>
public static class SafetensorsDigest
{
    public const string KeyPrefix = "suti.sha256.";

    /// <summary>The digest recorded for a tensor, or null.</summary>
    public static string? Recorded(IReadOnlyDictionary<string, string> metadata, string tensor)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.GetValueOrDefault(KeyPrefix + tensor);
    }

    internal static void Check(string file, string tensor, string recorded, byte[] actual)
    {
        string digest = Convert.ToHexStringLower(actual);
        if (!digest.Equals(recorded, StringComparison.OrdinalIgnoreCase))
        {
            throw new SafetensorsException(file, SafetensorsRule.DigestMismatch,
                "the data must have its recorded SHA-256 digest",
                CheckpointException.Printable(recorded, 64), digest, tensor);
        }
    }
}
