namespace SuTI.Model.Subjects.Mining;

/// <summary>
/// One text for a cluster out of what the page says about its pictures, by rules: of each text the noun phrase that it begins with,
/// then the phrase that most of them end in. A captioner or language model may write a better one: <see cref="SubjectHandover"/>.
/// </summary>
public static class SubjectTexts
{
    const int LongestPhrase = 6;

    static readonly HashSet<string> s_boilerplate = Words("""
        image|images|photo|photos|picture|pictures|untitled|thumbnail|logo|banner|icon|gallery|home|advertisement|buy now|read more|share this|
        click to enlarge|click to zoom|click here|enlarge|zoom|no description|stock photo|stock image|free shipping|new arrivals|best price|
        best price online|picture of the day|photo of the day|sale|next|previous|back|loading|placeholder|null|undefined|none|default|
        product image|main image|profile picture|avatar|cover|header|footer|slide|menu|search|share|download|add to cart|in stock|out of stock
        """);

    // What a picture is called before it is said of what.
    static readonly HashSet<string> s_depictions = Words("""
        photo|photos|photograph|picture|pictures|image|images|painting|drawing|sketch|render|rendering|illustration|cartoon|closeup|close-up|
        view|shot|poster|mosaic|blueprint|portrait|art|print|watercolour|watercolor|collage|silhouette|statue|figure|snapshot|vector|scan
        """);

    static readonly HashSet<string> s_determiners = Words("a|an|the|my|our|your|his|her|their|its|this|that|these|those|some|one");

    static readonly HashSet<string> s_boundaries = Words("""
        in|on|at|by|with|without|wearing|behind|under|below|beneath|over|above|near|from|for|to|and|or|but|is|are|was|were|has|have|seen|turned|
        standing|sitting|lying|running|walking|flying|swimming|floating|looking|holding|playing|eating|sleeping|against|during|inside|outside|
        beside|besides|before|after|while|among|between|around|through|across|along|into|onto|upon|off|far|up|down|as|that|which|who|where|when
        """);

    static readonly HashSet<string> s_adjectives = Words("""
        red|orange|yellow|green|teal|blue|purple|pink|brown|grey|gray|white|black|golden|gold|silver|violet|beige|turquoise|cyan|magenta|tan|
        striped|banded|dotted|checked|patched|zigzag|speckled|spotted|plaid|plain|colourful|colorful|shiny|matte|old|new|young|small|little|big|
        large|tiny|huge|cute|lovely|beautiful|pretty|nice|great|amazing|vintage|modern|classic|handmade|original|cheap|free|best|single|adorable|
        fluffy|furry|happy|sad|wooden|metal|plastic|leather|light|dark|bright|pale
        """);

    /// <param name="texts">Of the pictures, in their order.</param>
    /// <returns>
    /// The subject without an article, as in <c>red striped robot</c>, and its class alone, <c>robot</c>; both empty where the texts
    /// say nothing or do not agree.
    /// </returns>
    public static (string Subject, string Noun) Of(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var phrases = texts.Select(Phrase).Where(phrase => phrase.Length > 0).ToList();
        if (phrases.Count == 0)
            return ("", "");
        var (head, heads) = MostFrequent(phrases, "");
        // One of three says something else: a wrong text. Each says something else: nobody knows.
        if (heads * 2 < phrases.Count)
            return ("", "");
        string subject = head;
        while (MostFrequent(phrases, subject) is var (longer, count) && longer.Length > 0 && count * 2 >= heads && (count >= 2 || count == heads))
            subject = longer;
        return (subject, Class(subject));
    }

    /// <summary>The noun phrase that a text begins with, in small letters; empty where there is none.</summary>
    public static string Phrase(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = Tokens(text);
        if (words.Count == 0 || s_boilerplate.Contains(string.Join(' ', words)))
            return "";
        int begin = 0;
        // "an oil painting of a close-up of a …"
        for (int of = words.IndexOf("of"); of >= 0 && of - begin <= 5 && words[begin..of].Exists(s_depictions.Contains);
            of = words.IndexOf("of", begin))
            begin = of + 1;
        // "pixel art of" is of the same kind, "cup of tea" is not: it stays whole.
        while (begin < words.Count && s_determiners.Contains(words[begin]))
            begin++;
        int end = begin;
        while (end < words.Count && !s_boundaries.Contains(words[end]))
            end++;
        var phrase = words[begin..end];
        return phrase.Count is 0 or > LongestPhrase || s_boilerplate.Contains(string.Join(' ', phrase)) ? "" : string.Join(' ', phrase);
    }

    /// <summary>A phrase without the adjectives it begins with.</summary>
    public static string Class(string phrase)
    {
        ArgumentNullException.ThrowIfNull(phrase);
        string[] words = phrase.Split(' ');
        int begin = 0;
        while (begin < words.Length - 1 && s_adjectives.Contains(words[begin]))
            begin++;
        return string.Join(' ', words[begin..]);
    }

    /// <summary>The words of a text, in small letters, without addresses, names of files, numbers of articles and punctuation.</summary>
    internal static List<string> Tokens(string text)
    {
        var words = new List<string>();
        foreach (string raw in text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string word = raw.Trim('.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '[', ']', '{', '}', '|', '*', '#', '~', '–', '—', '-', '_', '/');
            // What follows a comma or dash says more about the same thing, not what it is.
            bool isEnd = word.Length > 0 && raw[^1] is ',' or ';' or ':' or '|' && words.Count > 0;
            if (word.Length == 0)
            {
                if (words.Count > 0 && raw is "-" or "–" or "—" or "|")
                    words.Add("and");
                continue;
            }
            bool isName = word.Contains('/') || word.Contains('_') || word.Contains("://", StringComparison.Ordinal)
                || (word.Contains('.') && !word.EndsWith('.')) || word.Any(char.IsDigit);
            if (!isName)
                words.Add(word);
            if (isEnd)
                words.Add("and");
        }
        while (words.Count > 0 && words[^1] == "and")
            words.RemoveAt(words.Count - 1);
        return words;
    }

    /// <summary>The ending that is one word longer than this one and ends most phrases; of equals the first met.</summary>
    static (string Ending, int Count) MostFrequent(List<string> phrases, string ending)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        string best = "";
        foreach (string phrase in phrases)
        {
            if (Longer(phrase, ending) is not { } longer)
                continue;
            counts[longer] = counts.GetValueOrDefault(longer) + 1;
        }
        foreach (string phrase in phrases)
        {
            if (Longer(phrase, ending) is { } longer && (best.Length == 0 || counts[longer] > counts[best]))
                best = longer;
        }
        return (best, counts.GetValueOrDefault(best));
    }

    static string? Longer(string phrase, string ending)
    {
        if (ending.Length == 0)
            return phrase[(phrase.LastIndexOf(' ') + 1)..];
        if (!phrase.EndsWith($" {ending}", StringComparison.Ordinal))
            return null;
        int at = phrase.Length - ending.Length - 1;
        return phrase[(phrase.LastIndexOf(' ', at - 1) + 1)..];
    }

    static HashSet<string> Words(string list)
        => [.. list.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
