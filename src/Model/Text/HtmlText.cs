using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace SuTI.Model.Text;

/// <summary>The text of HTML: without tags, comments, scripts and style sheets, entities resolved.</summary>
static class HtmlText
{
    static readonly string[] s_unread = ["script", "style", "template"];

    // Without its semicolon one is read in markup if its name ends there, in text wherever it begins.
    static readonly Regex s_inMarkup = Pattern("&(amp|lt|gt|quot)([^a-zA-Z0-9;])"), s_inText = Pattern("&(amp|lt|gt|quot);?");

    /// <summary>Entities as characters; the four that markup needs may lack the semicolon, as browsers allow.</summary>
    public static string Unescape(string text)
        => text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(s_inText.Replace(text, "&$1;")) : text;

    /// <summary>
    /// A sign that begins no tag is text, and so is a tag that is never closed. Entities are those of HTML 4 and numbers.
    /// </summary>
    public static string Of(string html)
    {
        html = s_inMarkup.Replace(html, "&$1;$2");
        var text = new StringBuilder(html.Length);
        int at = 0;
        while (at < html.Length)
        {
            int sign = html.IndexOf('<', at);
            int end = sign < 0 ? html.Length : sign;
            text.Append(WebUtility.HtmlDecode(html[at..end]));
            at = end;
            if (sign < 0)
                break;
            int behind = TagEnd(html, at);
            if (behind < 0)
            {
                text.Append('<');
                at++;
                continue;
            }
            at = Unread(html, at) is { } element ? ElementEnd(html, behind, element) : behind;
        }
        return text.ToString();
    }

    /// <summary>Where the tag, comment or declaration ends that begins here; -1 if there is none.</summary>
    static int TagEnd(string html, int at)
    {
        var rest = html.AsSpan(at);
        if (rest.StartsWith("<!--"))
            return Behind(html, "-->", at + 4);
        if (rest.StartsWith("<!") || rest.StartsWith("<?"))
            return Behind(html, ">", at);
        int name = rest.StartsWith("</") ? 2 : 1;
        if (rest.Length <= name || !char.IsAsciiLetter(rest[name]))
            return -1;
        char quote = '\0';
        for (int i = at + name; i < html.Length; i++)
        {
            if (quote != '\0')
                quote = html[i] == quote ? '\0' : quote;
            else if (html[i] == '>')
                return i + 1;
            else if (html[i] is '"' or '\'' && html[i - 1] == '=')
                quote = html[i];
        }
        return -1;
    }

    static string? Unread(string html, int at) => Array.Find(s_unread, name
        => html.AsSpan(at + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && at + 1 + name.Length < html.Length && !char.IsAsciiLetterOrDigit(html[at + 1 + name.Length]));

    static int ElementEnd(string html, int at, string name)
    {
        int end = html.IndexOf($"</{name}", at, StringComparison.OrdinalIgnoreCase);
        int behind = end < 0 ? -1 : Behind(html, ">", end);
        return behind < 0 ? html.Length : behind;
    }

    static int Behind(string html, string mark, int from)
    {
        int at = html.IndexOf(mark, from, StringComparison.Ordinal);
        return at < 0 ? -1 : at + mark.Length;
    }

    static Regex Pattern(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
