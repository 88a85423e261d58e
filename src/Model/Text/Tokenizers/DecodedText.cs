namespace SuTI.Model.Text;

/// <summary>What the published tokenizers do to decoded text if clean_up_tokenization_spaces is on.</summary>
static class DecodedText
{
    static readonly (string Spaced, string Joined)[] s_rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
        (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>Joins punctuation and contractions to the word before, one rule after the other.</summary>
    public static string CleanUp(string text)
    {
        foreach (var (spaced, joined) in s_rules)
            text = text.Replace(spaced, joined, StringComparison.Ordinal);
        return text;
    }
}
