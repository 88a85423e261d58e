using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Prompts;

/// <summary>A prompt with a place for the subject.</summary>
/// <param name="Kind">context, attribute, style, accessory, view; own for those of a file.</param>
/// <param name="Before">What stands before the subject, as in <c>an oil painting of</c>; may be empty.</param>
/// <param name="Adjective">What stands between article and subject, as in <c>golden</c>; the class follows it, for the subject has a colour of its own.</param>
/// <param name="After">Phrases behind it, as in <c>wearing a hat</c>, <c>on a beach</c>.</param>
/// <param name="IsHeldOut">For evaluation alone.</param>
/// <param name="HasArticle">Whether <c>a</c> or <c>an</c>, whichever fits, stands before the subject.</param>
public sealed record PromptTemplate(string Kind, string Before, string Adjective, IReadOnlyList<string> After, bool IsHeldOut = false,
    bool HasArticle = true)
{
    const string Subject = "{subject}";

    /// <summary>A line of a file: <c>a {subject} on a beach</c>, where the article fits itself to the word.</summary>
    /// <exception cref="SutiException">Not exactly one {subject}.</exception>
    public static PromptTemplate Parse(string line, bool isHeldOut = false)
    {
        ArgumentNullException.ThrowIfNull(line);
        int at = line.IndexOf(Subject, StringComparison.Ordinal);
        if (at < 0 || line.IndexOf(Subject, at + 1, StringComparison.Ordinal) >= 0)
            throw new SutiException("prompts", "a template names the subject once", $"a {Subject} on a beach", $"'{CheckpointException.Printable(line)}'");
        string before = line[..at].TrimEnd(), after = line[(at + Subject.Length)..].Trim();
        // The article before the subject, and an adjective between them, are told from the words before.
        string[] words = before.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int article = Array.FindLastIndex(words, word => word is "a" or "an");
        IReadOnlyList<string> behind = after.Length > 0 ? [after] : [];
        return article < 0 ? new("own", before, "", behind, isHeldOut, HasArticle: false)
            : new("own", string.Join(' ', words[..article]), string.Join(' ', words[(article + 1)..]), behind, isHeldOut);
    }

    /// <param name="subject">As in <c>red striped robot</c>.</param>
    /// <param name="noun">As in <c>robot</c>.</param>
    public string Write(string subject, string noun)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        ArgumentException.ThrowIfNullOrEmpty(noun);
        string named = Adjective.Length > 0 ? $"{Adjective} {noun}" : subject;
        string article = !HasArticle ? "" : "aeiou".Contains(named[0], StringComparison.Ordinal) ? "an " : "a ";
        return string.Join(' ', ((string[])[Before, article + named, .. After]).Where(part => part.Length > 0));
    }

    /// <summary>Whether a text says all that makes this prompt special, and so is no unseen prompt beside it.</summary>
    /// <param name="words">What <see cref="Words"/> makes of the text.</param>
    internal bool IsIn(string words) => Phrases().All(phrase => words.Contains(Words(phrase), StringComparison.Ordinal));

    /// <summary>The words of a text in small letters, one space around each.</summary>
    internal static string Words(string text)
    {
        var words = new StringBuilder(" ", text.Length + 2);
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c))
                words.Append(char.ToLowerInvariant(c));
            else if (words[^1] != ' ')
                words.Append(' ');
        }
        return words[^1] == ' ' ? words.ToString() : words.Append(' ').ToString();
    }

    IEnumerable<string> Phrases() => ((string[])[Before, Adjective, .. After]).Where(phrase => phrase.Length > 0);
}
