using SuTI.Model.World;

namespace SuTI.Model.Nano;

/// <summary>How much a text says of its picture.</summary>
enum CaptionDetail
{
    /// <summary>Everything, the individual's colour and pattern included.</summary>
    Caption,

    /// <summary>Everything but the individual.</summary>
    Prompt,

    /// <summary>The individual alone, not where it is.</summary>
    Subject,
}

/// <summary>
/// What a picture is called: how much is said, and in which words. Openings and determiners of ordinary English and made-up words
/// are mixed in, so that a prompt's wording and words that nobody knows move the embedding little.
/// </summary>
static class CaptionVariation
{
    const double CaptionShare = 0.5, PromptShare = 0.4, OpenedShare = 0.2, DeterminedShare = 0.15, StrangeShare = 0.1;
    const int ShortestStrange = 3, LongestStrange = 6;

    internal static CaptionDetail Detail(WorldPicture picture, ref WorldRandom random)
    {
        double choice = random.Unit();
        return choice < CaptionShare ? CaptionDetail.Caption
            : choice < CaptionShare + PromptShare || picture.Subject is null ? CaptionDetail.Prompt : CaptionDetail.Subject;
    }

    /// <summary>The text before any variation: equal texts say the same.</summary>
    internal static string Plain(WorldPicture picture, CaptionDetail detail) => detail switch
    {
        CaptionDetail.Caption => picture.Caption,
        CaptionDetail.Prompt => picture.Prompt,
        _ => picture.Subject is { } subject ? WorldCaptions.WithArticle(WorldCaptions.Describe(subject, picture.Request.Edit)) : "",
    };

    internal static string Vary(string text, WorldPicture picture, ref WorldRandom random)
    {
        // A photo of a watercolour painting of a dog would be something else.
        bool isPlain = picture.Request is { Style: null, View: not View.CloseUp } && picture.Subject is not null;
        if (isPlain && random.Chance(DeterminedShare))
            text = Pick(NanoVocabulary.Determiners, ref random) + text[text.IndexOf(' ', StringComparison.Ordinal)..];
        if (isPlain && random.Chance(OpenedShare))
            text = $"{Pick(NanoVocabulary.Openings, ref random)} {text}";
        return random.Chance(StrangeShare) ? WithStrangeWord(text, ref random) : text;
    }

    static string WithStrangeWord(string text, ref WorldRandom random)
    {
        Span<char> letters = stackalloc char[ShortestStrange + random.Below(LongestStrange - ShortestStrange + 1)];
        for (int i = 0; i < letters.Length; i++)
            letters[i] = (char)('a' + random.Below(26));
        var words = text.Split(' ').ToList();
        words.Insert(random.Below(words.Count + 1), letters.ToString());
        return string.Join(' ', words);
    }

    static string Pick(IReadOnlyList<string> choices, ref WorldRandom random) => choices[random.Below(choices.Count)];
}
