using System.Text;
using SuTI.Model.Text;

namespace SuTI.Model.Nano;

/// <summary>
/// Learns byte-pair merges (Sennrich et al. 2016, section 3.2) until every given word is one token: the commonest pair of
/// neighbours is joined in all words, of equally common ones the first by ordinal.
/// </summary>
static class BytePairTraining
{
    /// <param name="words">Each counts once.</param>
    /// <returns>In the order in which they are to be applied, which is the order in which they were made.</returns>
    internal static IReadOnlyList<(string Left, string Right)> Merges(IEnumerable<string> words)
    {
        var split = words.Select(Symbols).ToList();
        var merges = new List<(string Left, string Right)>();
        while (Commonest(split) is { } pair)
        {
            merges.Add(pair);
            foreach (var symbols in split)
                Join(symbols, pair);
        }
        return merges;
    }

    static List<string> Symbols(string word)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(word);
        var symbols = bytes.Select(value => ByteAlphabet.Character(value).ToString()).ToList();
        symbols[^1] += ClipFiles.EndOfWord;
        return symbols;
    }

    static (string Left, string Right)? Commonest(List<List<string>> split)
    {
        var counts = new Dictionary<(string Left, string Right), int>();
        foreach (var symbols in split)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
                counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + 1;
        }
        return counts.Count == 0 ? null : counts.OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key.Left, StringComparer.Ordinal).ThenBy(pair => pair.Key.Right, StringComparer.Ordinal)
            .First().Key;
    }

    static void Join(List<string> symbols, (string Left, string Right) pair)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
                continue;
            symbols[i] += symbols[i + 1];
            symbols.RemoveAt(i + 1);
        }
    }
}
