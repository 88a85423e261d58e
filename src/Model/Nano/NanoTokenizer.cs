using System.Text;
using System.Text.Json;
using SuTI.Engine.IO;
using SuTI.Model.Text;

namespace SuTI.Model.Nano;

/// <summary>
/// CLIP's tokenizer with the small vocabulary of the drawn world: every word that the world's captions use is one token, any
/// other text falls into bytes and parts of known words, so that nothing is without tokens. Files as CLIP publishes them
/// (Radford et al. 2021, section 2.4): <c>vocab.json</c>, <c>merges.txt</c>.
/// </summary>
public static class NanoTokenizer
{
    /// <summary>Tokens of the longest text, start and end included: the longest caption of the world has fewer.</summary>
    public const int MaxLength = 32;

    /// <param name="moreWords">Phrases whose words are to be tokens too; null for the world's own alone.</param>
    public static ITokenizer Create(IEnumerable<string>? moreWords = null)
    {
        var (tokens, merges) = Build(moreWords ?? []);
        var table = new TokenTable("nano tokenizer", tokens.Count);
        foreach (string token in tokens)
            table.Add(token, table.Count);
        var settings = new TokenizerSettings();
        settings.Complete(maxLength: MaxLength);
        return ClipFiles.Build(table, settings, model =>
        {
            foreach (var (left, right) in merges)
                model.AddMerge(left, right, "nano tokenizer");
        });
    }

    /// <summary>Writes the files that <see cref="Tokenizers.Open"/> reads as the same tokenizer.</summary>
    /// <param name="folder">Made where it is not there.</param>
    /// <exception cref="Engine.CheckpointException">The file system refused a step.</exception>
    public static void Save(string folder, IEnumerable<string>? moreWords = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var (tokens, merges) = Build(moreWords ?? []);
        Directory.CreateDirectory(folder);
        Write(folder, "vocab.json", json =>
        {
            for (int id = 0; id < tokens.Count; id++)
                json.WriteNumber(tokens[id], id);
        });
        AtomicFile.Write(Path.Combine(folder, "merges.txt"), stream => stream.Write(Encoding.UTF8.GetBytes(
            "#version: 0.2\n" + string.Concat(merges.Select(merge => $"{merge.Left} {merge.Right}\n")))));
        Write(folder, "tokenizer_config.json", json =>
        {
            json.WriteString("tokenizer_class"u8, "CLIPTokenizer");
            json.WriteString("bos_token"u8, ClipFiles.Start);
            json.WriteString("eos_token"u8, ClipFiles.End);
            json.WriteString("pad_token"u8, ClipFiles.End);
            json.WriteString("unk_token"u8, ClipFiles.End);
            json.WriteNumber("model_max_length"u8, MaxLength);
        });
    }

    /// <summary>
    /// The words of a prompt that the vocabulary does not hold whole, in lower case, each once, in the order of the prompt.
    /// Single letters, digits and signs are not counted as words.
    /// </summary>
    public static IReadOnlyList<string> UnknownWords(this ITokenizer tokenizer, string prompt)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(prompt);
        return [.. NanoVocabulary.Split(prompt).Where(word => word.Length > 1 && word.Any(char.IsLetter)
            && tokenizer.Find(Spelling(word)) is null).Distinct()];
    }

    // The order of the first release: bytes, bytes that end a word, merges, start, end.
    static (IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges) Build(IEnumerable<string> moreWords)
    {
        var merges = BytePairTraining.Merges(NanoVocabulary.Words(moreWords));
        var bytes = ByteAlphabet.VocabularyOrder.Select(value => ByteAlphabet.Character(value).ToString()).ToList();
        return ([.. bytes, .. bytes.Select(token => token + ClipFiles.EndOfWord), .. merges.Select(merge => merge.Left + merge.Right),
            ClipFiles.Start, ClipFiles.End], merges);
    }

    static string Spelling(string word)
        => string.Concat(Encoding.UTF8.GetBytes(word).Select(ByteAlphabet.Character)) + ClipFiles.EndOfWord;

    static void Write(string folder, string name, Action<Utf8JsonWriter> members)
        => AtomicFile.Write(Path.Combine(folder, name), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        });
}
