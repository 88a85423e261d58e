using System.Globalization;
using System.Text;

namespace SuTI.Model.Text;

/// <summary>
/// How CLIP's text becomes words, by the rules of the published tokenizer.json: form C, white space to one space, lower
/// case, then words, single digits and runs of other signs.
/// </summary>
/// <remarks>
/// The first release (openai/CLIP) repaired quotes, ligatures and full-width letters with ftfy and unescaped HTML
/// before; the file that is published with the weights does not, and where the two differ it is followed.
/// </remarks>
static class ClipText
{
    static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    enum Kind
    {
        Space,
        Letter,
        Digit,
        Other,
    }

    /// <summary>Form C, every run of white space one space, every character in lower case by itself.</summary>
    public static string Normalize(string text)
    {
        string composed = CanonicalComposition.Compose(text);
        var normal = new StringBuilder(composed.Length);
        bool isInSpace = false;
        foreach (var rune in composed.EnumerateRunes())
        {
            bool isSpace = Rune.IsWhiteSpace(rune);
            if (isSpace && !isInSpace)
                normal.Append(' ');
            else if (!isSpace)
                normal.Append(LowerCase.Of(rune));
            isInSpace = isSpace;
        }
        return normal.ToString();
    }

    /// <summary>
    /// The next word of normalised text: a contraction's end, letters, one digit, or other signs; false at the end.
    /// </summary>
    /// <param name="at">Where to look from; then behind the word.</param>
    public static bool NextWord(ReadOnlySpan<char> text, ref int at, out ReadOnlySpan<char> word)
    {
        int begin = at;
        while (begin < text.Length && KindAt(text[begin..], out int length) == Kind.Space)
            begin += length;
        at = begin < text.Length ? begin + Length(text[begin..]) : begin;
        word = text[begin..at];
        return !word.IsEmpty;
    }

    static int Length(ReadOnlySpan<char> text)
    {
        foreach (string contraction in s_contractions)
        {
            if (text.StartsWith(contraction, StringComparison.Ordinal))
                return contraction.Length;
        }
        var kind = KindAt(text, out int end);
        while (kind != Kind.Digit && end < text.Length && KindAt(text[end..], out int length) == kind)
            end += length;
        return end;
    }

    static Kind KindAt(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Rune.IsWhiteSpace(rune) ? Kind.Space : Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                => Kind.Digit,
            _ => Kind.Other,
        };
    }
}
