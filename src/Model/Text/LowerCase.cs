using System.Globalization;
using System.Text;

namespace SuTI.Model.Text;

/// <summary>
/// Unicode's full lower case, with the two rules that go beyond one character for another (The Unicode Standard, section
/// 3.13; SpecialCasing.txt): İ becomes two characters, and a sigma that ends a word is ς.
/// </summary>
static class LowerCase
{
    const int DottedCapital = 'İ', CapitalSigma = 'Σ';

    public static string Of(string text)
    {
        var lower = new StringBuilder(text.Length);
        int at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bool endsWord = rune.Value == CapitalSigma && EndsWord(text, at);
            lower.Append(endsWord ? "ς" : Of(rune));
            at += rune.Utf16SequenceLength;
        }
        return lower.ToString();
    }

    /// <summary>A character's lower case whatever stands beside it.</summary>
    public static string Of(Rune rune)
        => rune.Value == DottedCapital ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString();

    static bool EndsWord(string text, int at)
    {
        int before = at - 1, behind = at + 1;
        while (before >= 0 && IsIgnored(text[before]))
            before--;
        while (behind < text.Length && IsIgnored(text[behind]))
            behind++;
        return before >= 0 && IsCased(text, before) && !(behind < text.Length && IsCased(text, behind));
    }

    static bool IsCased(string text, int at)
    {
        if (char.IsLowSurrogate(text[at]) && at > 0)
            at--;
        return CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
    }

    static bool IsIgnored(char character) => character is '\'' or '.' or ':' or '·' or '’' or '‘' or '․' or '‧'
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
