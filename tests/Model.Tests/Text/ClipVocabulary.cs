using System.Text;
using System.Text.Json;

namespace SuTI.Model.Tests.Text;

/// <summary>vocab.json of a tokenizer's folder that has merges.txt alone: each token follows from the merges.</summary>
static class ClipVocabulary
{
    static readonly Dictionary<string, string> s_completed = [];

    /// <returns>The folder itself, unless it has merges without vocab.json: then a copy, beside the tests' program, that has both.</returns>
    public static string Completed(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "merges.txt")) || File.Exists(Path.Combine(folder, "vocab.json")))
            return folder;
        lock (s_completed)
        {
            if (s_completed.TryGetValue(folder, out string? known))
                return known;
            string copy = Path.Combine(AppContext.BaseDirectory, "completed", Path.GetFileName(folder));
            Directory.CreateDirectory(copy);
            foreach (string file in Directory.GetFiles(folder))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
            var ids = Tokens(Path.Combine(folder, "merges.txt")).Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
            File.WriteAllText(Path.Combine(copy, "vocab.json"), JsonSerializer.Serialize(ids));
            return s_completed[folder] = copy;
        }
    }

    // In the order of their ids: bytes, bytes that end a word, what each merge makes, the two marks (Radford et al. 2021, released code).
    static IReadOnlyList<string> Tokens(string merges)
    {
        string[] bytes = [.. Printable().Concat(Enumerable.Range(256, 256 - Printable().Count())).Select(code => ((char)code).ToString())];
        var made = File.ReadLines(merges, Encoding.UTF8).Skip(1).Where(line => line.Length > 0).Select(line => line.Replace(" ", "", StringComparison.Ordinal));
        return [.. bytes, .. bytes.Select(one => one + "</w>"), .. made, "<|startoftext|>", "<|endoftext|>"];
    }

    // Bytes that stand for themselves, before those that get a character of their own.
    static IEnumerable<int> Printable()
        => Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range('¡', '¬' - '¡' + 1)).Concat(Enumerable.Range('®', 'ÿ' - '®' + 1));
}
