namespace SuTI.Model.Text;

/// <summary>Tokens that are recognised wherever they stand in a text: the leftmost first, of those the longest.</summary>
sealed class SpecialTokens
{
    public static readonly SpecialTokens None = new([]);

    readonly Dictionary<char, (string Text, int Id)[]> _byFirst;

    public SpecialTokens(IEnumerable<(string Text, int Id)> tokens)
        => _byFirst = tokens.Where(token => token.Text.Length > 0).DistinctBy(token => token.Text)
            .GroupBy(token => token.Text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Text.Length).ToArray());

    /// <summary>The text in pieces: special tokens and what is between them, never empty.</summary>
    public List<Segment> Split(string text)
    {
        var segments = new List<Segment>();
        int begin = 0;
        for (int i = 0; i < text.Length;)
        {
            if (Match(text.AsSpan(i)) is not { } match)
            {
                i++;
                continue;
            }
            if (begin < i)
                segments.Add(new(begin..i, null));
            segments.Add(new(i..(i + match.Length), match.Id));
            i += match.Length;
            begin = i;
        }
        if (begin < text.Length)
            segments.Add(new(begin..text.Length, null));
        return segments;
    }

    (int Length, int Id)? Match(ReadOnlySpan<char> text)
    {
        if (_byFirst.TryGetValue(text[0], out var candidates))
        {
            foreach (var (token, id) in candidates)
            {
                if (text.StartsWith(token, StringComparison.Ordinal))
                    return (token.Length, id);
            }
        }
        return null;
    }

    /// <param name="Characters">Where in the text.</param>
    /// <param name="SpecialId">The token's id; null for text between.</param>
    public readonly record struct Segment(Range Characters, int? SpecialId);
}
