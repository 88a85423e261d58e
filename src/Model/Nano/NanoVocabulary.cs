using SuTI.Model.Text;
using SuTI.Model.World;

namespace SuTI.Model.Nano;

/// <summary>The words that models of the drawn world know: each is one token.</summary>
static class NanoVocabulary
{
    // What prompts hold besides the world's own words. Training puts them into captions (CaptionVariation), for a word that is
    // never seen would be a random vector.
    internal static IReadOnlyList<string> Openings { get; } =
    [
        "a photo of", "a picture of", "an image of", "a drawing of", "a photograph of", "this is", "here is", "there is", "i see",
        "we see", "look at", "show me", "please draw", "draw", "paint", "make a picture of", "it is", "that is", "one photo of",
        "my picture of", "a nice picture of", "the picture shows", "a good photo of", "the image of",
    ];

    /// <summary>Instead of the article before a noun.</summary>
    internal static IReadOnlyList<string> Determiners { get; } = ["the", "my", "your", "his", "her", "our", "their", "this", "that", "one", "its"];

    /// <summary>The words of the world's phrases and of these, in lower case, each once, sorted.</summary>
    /// <param name="more">Further phrases: the nouns of sprites.</param>
    internal static IReadOnlyList<string> Words(IEnumerable<string> more)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        // "an" and "a" stand in captions, and in phrases only by chance.
        foreach (string phrase in SubjectWorld.Vocabulary.Concat(Openings).Concat(Determiners).Append("a an and").Concat(more))
            words.UnionWith(Split(phrase));
        return [.. words];
    }

    /// <summary>The words of a text in the tokenizer's sense: runs of letters, single digits, runs of signs.</summary>
    internal static List<string> Split(string text)
    {
        string normal = ClipText.Normalize(text);
        var words = new List<string>();
        for (int at = 0; ClipText.NextWord(normal, ref at, out var word);)
            words.Add(word.ToString());
        return words;
    }
}
