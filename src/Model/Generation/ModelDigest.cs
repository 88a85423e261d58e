using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SuTI.Model.Folders;

namespace SuTI.Model.Generation;

/// <summary>Tells models apart by what is in their files, not by names or times.</summary>
public static class ModelDigest
{
    static readonly string[] s_small = [".json", ".txt", ".model", ".gz"];

    /// <summary>
    /// SHA-256, in hexadecimal, over the names and SHA-256 of the index, of every part's configuration, of tokenizer files,
    /// and of the weight files that are read.
    /// </summary>
    /// <exception cref="SuTI.Engine.CheckpointException">Weights are missing or broken.</exception>
    public static string Compute(ModelFolder model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string index = Path.Combine(model.Path, ModelFolder.IndexFile);
        if (File.Exists(index))
            Add(index);
        foreach (var part in model.Parts)
        {
            foreach (string file in Directory.EnumerateFiles(part.Folder))
            {
                if (s_small.Contains(Path.GetExtension(file)))
                    Add(file);
            }
            if (!part.IsNetwork)
                continue;
            using var weights = part.OpenWeights();
            foreach (string file in weights.Entries.Select(entry => weights.FileWith(entry.Name)).Distinct())
                Add(file);
        }
        string[] digests = new string[files.Count];
        string[] paths = [.. files.Values];
        Parallel.For(0, paths.Length, new() { CancellationToken = cancellation, MaxDegreeOfParallelism = 2 }, i =>
        {
            using var stream = new FileStream(paths[i], FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20,
                FileOptions.SequentialScan);
            digests[i] = Convert.ToHexStringLower(SHA256.HashData(stream));
        });
        var list = new StringBuilder();
        foreach (var (name, digest) in files.Keys.Zip(digests))
            list.Append(CultureInfo.InvariantCulture, $"{digest}  {name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())));

        void Add(string file) => files[Path.GetRelativePath(model.Path, file).Replace('\\', '/')] = file;
    }
}
