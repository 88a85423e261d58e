using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Algorithms of cuBLASLt that were chosen once, a file each: magic, digest of the rest, 64 bytes. The key holds the library's
/// version, the device and the product; the library checks what is read before it is used.
/// </summary>
sealed class AlgorithmCache(string folder, string machine)
{
    const int AlgorithmBytes = 64;

    static ReadOnlySpan<byte> Magic => "SuTIa001"u8;

    internal static string DefaultFolder => Path.Combine(Path.GetDirectoryName(KernelCache.DefaultFolder)!, "products");

    /// <returns>Whether it is there, and whole.</returns>
    internal bool TryRead(in ProductKey key, out CublasLtAlgorithm algorithm)
    {
        algorithm = default;
        byte[] file;
        try
        {
            var info = new FileInfo(FileOf(key));
            if (!info.Exists || info.Length != Magic.Length + SHA256.HashSizeInBytes + AlgorithmBytes)
                return false;
            file = File.ReadAllBytes(info.FullName);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        var content = file.AsSpan(Magic.Length + SHA256.HashSizeInBytes);
        if (!file.AsSpan().StartsWith(Magic) || !SHA256.HashData(content).AsSpan().SequenceEqual(file.AsSpan(Magic.Length, SHA256.HashSizeInBytes)))
            return false;
        algorithm = MemoryMarshal.Read<CublasLtAlgorithm>(content);
        return true;
    }

    /// <summary>Keeps an algorithm. A folder that cannot be written costs the next start time, no more.</summary>
    internal void Write(in ProductKey key, in CublasLtAlgorithm algorithm)
    {
        byte[] content = new byte[AlgorithmBytes];
        MemoryMarshal.Write(content, in algorithm);
        try
        {
            Directory.CreateDirectory(folder);
            string temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}");
            File.WriteAllBytes(temporary, [.. Magic, .. SHA256.HashData(content), .. content]);
            File.Move(temporary, FileOf(key), overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            WriteFailure = failure.Message;
        }
    }

    /// <summary>Why the folder could not be written; null while it could.</summary>
    internal string? WriteFailure { get; private set; }

    string FileOf(in ProductKey key)
        => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{machine} {key}"))) + ".algorithm");
}
