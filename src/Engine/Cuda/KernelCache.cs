using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Compiled kernels in a folder, one file each: magic, digest of the rest, then lengths and bytes of variant, options, log, text
/// and code. A file that is not whole is compiled anew. The folder may be shipped to another machine of the same kind.
/// </summary>
/// <remarks>SUTI_CACHE names the folder for all that is cached, else the user's cache folder.</remarks>
sealed class KernelCache(string folder)
{
    /// <summary>Part of each key: another format finds nothing of this one.</summary>
    internal const string Format = "suti kernels 1";

    const string Extension = ".kernel";
    const int Parts = 5;
    const int MaxFileBytes = 256 << 20;

    static ReadOnlySpan<byte> Magic => "SuTIk001"u8;

    internal string Folder { get; } = folder;

    internal static string DefaultFolder => Path.Combine(Named("SUTI_CACHE") ?? Path.Combine(UserCache(), "suti"), "kernels");

    /// <summary>All that lie in the cache and are whole.</summary>
    internal IEnumerable<(string Key, CompiledKernel Kernel, string Text)> All()
    {
        if (!Directory.Exists(Folder))
            yield break;
        foreach (string file in Directory.EnumerateFiles(Folder, "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (Parse(file) is { } found)
                yield return (Path.GetFileNameWithoutExtension(file), found.Kernel, found.Text);
        }
    }

    /// <returns>Null if it is not there, or not whole.</returns>
    internal CompiledKernel? Read(string key, in KernelVariant variant)
        => Parse(FileOf(key)) is { } found ? found.Kernel with { Variant = variant } : null;

    /// <summary>Keeps a compiled kernel. A folder that cannot be written costs the next start time, no more.</summary>
    internal void Write(string key, CompiledKernel kernel, string text)
    {
        byte[][] parts =
        [
            Encoding.UTF8.GetBytes(kernel.Variant.ToString()), Encoding.UTF8.GetBytes(kernel.Options),
            Encoding.UTF8.GetBytes(kernel.Log), Encoding.UTF8.GetBytes(text), kernel.Cubin,
        ];
        byte[] file = new byte[Magic.Length + SHA256.HashSizeInBytes + parts.Sum(part => sizeof(int) + part.Length)];
        Magic.CopyTo(file);
        int at = Magic.Length + SHA256.HashSizeInBytes;
        foreach (byte[] part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), part.Length);
            part.CopyTo(file, at + sizeof(int));
            at += sizeof(int) + part.Length;
        }
        SHA256.HashData(file.AsSpan(Magic.Length + SHA256.HashSizeInBytes), file.AsSpan(Magic.Length));
        try
        {
            Directory.CreateDirectory(Folder);
            string temporary = Path.Combine(Folder, $".{Path.GetRandomFileName()}");
            File.WriteAllBytes(temporary, file);
            File.Move(temporary, FileOf(key), overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            WriteFailure = failure.Message;
        }
    }

    /// <summary>Why the folder could not be written; null while it could.</summary>
    internal string? WriteFailure { get; private set; }

    /// <returns>How many were removed.</returns>
    internal int Clear()
    {
        int count = 0;
        foreach (string file in Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Extension) : [])
        {
            File.Delete(file);
            count++;
        }
        return count;
    }

    static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? folder : null;

    static string UserCache()
    {
        if (!OperatingSystem.IsWindows() && Named("XDG_CACHE_HOME") is { } cache)
            return cache;
        var special = OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile;
        string user = Environment.GetFolderPath(special, Environment.SpecialFolderOption.DoNotVerify);
        return user.Length == 0 ? Path.GetTempPath() : OperatingSystem.IsWindows() ? user : Path.Combine(user, ".cache");
    }

    string FileOf(string key) => Path.Combine(Folder, key + Extension);

    static (CompiledKernel Kernel, string Text)? Parse(string path)
    {
        byte[] file;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.Length > MaxFileBytes)
                return null;
            file = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        int head = Magic.Length + SHA256.HashSizeInBytes;
        if (file.Length < head || !file.AsSpan().StartsWith(Magic)
            || !SHA256.HashData(file.AsSpan(head)).AsSpan().SequenceEqual(file.AsSpan(Magic.Length, SHA256.HashSizeInBytes)))
            return null;
        var parts = new ReadOnlyMemory<byte>[Parts];
        for (int i = 0, at = head; i < Parts; i++)
        {
            if (file.Length - at < sizeof(int))
                return null;
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            at += sizeof(int);
            if (length < 0 || length > file.Length - at)
                return null;
            parts[i] = file.AsMemory(at, length);
            at += length;
        }
        string Part(int i) => Encoding.UTF8.GetString(parts[i].Span);
        string variant = Part(0);
        int space = variant.IndexOf(' ', StringComparison.Ordinal);
        var parsed = space < 0 ? new KernelVariant(variant, "") : new KernelVariant(variant[..space], variant[(space + 1)..]);
        return (new(parsed, Part(1), parts[4].ToArray(), Part(2)), Part(3));
    }
}
