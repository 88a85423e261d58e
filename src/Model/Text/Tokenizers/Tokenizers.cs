using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Opens tokenizers by what a folder holds.</summary>
public static class Tokenizers
{
    const string Clip = "CLIPTokenizer", T5 = "T5Tokenizer";

    static readonly string[] s_originalFiles = ["bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"];

    /// <summary>A folder as it is published with a text encoder.</summary>
    /// <param name="folder">
    /// vocab.json and merges.txt, spiece.model, tokenizer.json or bpe_simple_vocab_16e6.txt.gz; tokenizer_config.json,
    /// special_tokens_map.json and added_tokens.json beside them are read where they are.
    /// </param>
    /// <exception cref="SutiException">No such folder, none of these files, or one that is broken.</exception>
    public static ITokenizer Open(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new SutiException(TokenizerFile.Printable(folder), "a tokenizer is missing", "a folder",
                File.Exists(folder) ? "a file" : "none");
        var settings = TokenizerSettings.Read(folder);
        bool isClip = settings.Class == Clip, isT5 = settings.Class == T5;
        // What the libraries write where only tokenizer.json says more.
        if (!isClip && !isT5 && settings.Class is not (null or "PreTrainedTokenizer" or "TokenizersBackend"))
            throw new SutiException(TokenizerFile.Printable(Path.Combine(folder, "tokenizer_config.json")),
                "this tokenizer_class is not supported", $"{Clip} or {T5}", $"'{TokenizerFile.Printable(settings.Class)}'");
        if (!isT5 && Has("vocab.json") && Has("merges.txt"))
            return ClipFiles.FromVocabulary(folder, settings);
        if (!isClip && Has("spiece.model"))
            return T5Files.FromPieces(Path.Combine(folder, "spiece.model"), settings);
        if (Has("tokenizer.json"))
            return TokenizerJson.Open(Path.Combine(folder, "tokenizer.json"), settings);
        if (!isT5 && Array.Find(s_originalFiles, Has) is { } original)
            return ClipFiles.FromOriginal(Path.Combine(folder, original), settings);
        throw new SutiException(TokenizerFile.Printable(folder), "holds no tokenizer",
            isT5 ? "spiece.model or tokenizer.json"
                : isClip ? "vocab.json and merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt.gz"
                : "vocab.json and merges.txt, spiece.model, tokenizer.json or bpe_simple_vocab_16e6.txt.gz", "none of them");

        bool Has(string name) => File.Exists(Path.Combine(folder, name));
    }
}
