using System.Security.Cryptography;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>Digests of files, as catalogues and manifests hold them.</summary>
public static class FileDigest
{
    /// <summary>SHA-256 in hexadecimal.</summary>
    /// <exception cref="SutiException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(path ?? "", 1000), "cannot be read", null, failure.Message, failure);
        }
    }
}
