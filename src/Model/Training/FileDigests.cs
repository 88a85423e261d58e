using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Training;

/// <summary>
/// The digests of all files of a folder, in the file <c>SHA256SUMS</c>: <c>sha256sum -c SHA256SUMS</c> checks them as well.
/// </summary>
static class FileDigests
{
    internal const string FileName = "SHA256SUMS";

    const int LargestList = 1 << 20, DigestLetters = 64;

    /// <summary>Reads the files back and writes their digests.</summary>
    internal static void Write(string folder)
    {
        var list = new StringBuilder();
        foreach (string file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            list.Append(CultureInfo.InvariantCulture, $"{Digest(file)}  {Path.GetFileName(file)}\n");
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(Encoding.UTF8.GetBytes(list.ToString())));
    }

    /// <summary>What is wrong with a folder; null if every file is as it was written.</summary>
    /// <param name="needed">Files that the list must name.</param>
    internal static string? Problem(string folder, params string[] needed)
    {
        try
        {
            string list = Path.Combine(folder, FileName);
            if (!File.Exists(list))
                return $"{FileName} is missing";
            if (new FileInfo(list).Length > LargestList)
                return $"{FileName} is too long";
            var listed = new HashSet<string>(StringComparer.Ordinal);
            foreach (string line in File.ReadLines(list))
            {
                string name = line.Length > DigestLetters + 2 ? line[(DigestLetters + 2)..] : "";
                if (name.Length == 0 || name != Path.GetFileName(name) || !listed.Add(name))
                    return $"{FileName} is damaged";
                string file = Path.Combine(folder, name);
                if (!File.Exists(file))
                    return $"{CheckpointException.Printable(name)} is missing";
                if (line[..(DigestLetters + 2)] != Digest(file) + "  ")
                    return $"{CheckpointException.Printable(name)} is not what was written: its SHA-256 differs";
            }
            return needed.FirstOrDefault(name => !listed.Contains(name)) is { } missing ? $"{missing} is not listed" : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message.TrimEnd('.');
        }
    }

    static string Digest(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
