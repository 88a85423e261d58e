using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// How DeepFloyd IF prepares prompts for T5: as the captions were that it was trained on (deep-floyd/IF, T5 module;
/// diffusers, pipeline_if). Addresses, file names, article numbers and signs go, quotes and dashes become plain.
/// </summary>
/// <remarks>
/// The published code also repairs text that was decoded with the wrong encoding, by a library of heuristics, and
/// knows the entities of HTML 5; this one does not. What that library does to ligatures and widths T5's own normalisation
/// does. Words end where the framework's \b says, which takes combining marks for a part of them.
/// </remarks>
public static class Captions
{
    /// <summary>Characters of one prompt; what is removed word by word takes time for every character and word.</summary>
    public const int LongestCaption = 8192;

    const string Name = @"[\p{L}\p{N}_]", FileTypes = "png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4", Address = "address",
        Domain = @"[a-zA-Z0-9.\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\p{L}\p{N}_/-]*\b/?";

    // A domain goes unless @ stands behind it. Looking ahead is not to be had in linear time, so that character is matched.
    static readonly Regex[] s_addresses = [.. ((string[])["https?", "www"]).Select(scheme => Pattern(
        @$"\b(?:(?<{Address}>{scheme}:(?:/{{1,3}}|[a-zA-Z0-9%]))|(?<{Address}>{Domain})(?:[^@]|\z))"))];

    static readonly (Regex Pattern, string Replacement)[] s_signs =
    [
        (Pattern(@$"@{Name}+\b"), ""),
        // East Asian strokes, letters in circles, squared words and ideographs.
        (Pattern(@"[\u31C0-\u9FFF]+"), ""),
        (Pattern(@"[-\u058A\u05BE\u1400\u1806\u2010-\u2015\u2E17\u2E1A\u2E3A\u2E3B\u2E40\u301C\u3030\u30A0\uFE31\uFE32"
            + @"\uFE58\uFE63\uFF0D]+"), "-"),
        (Pattern("[`´«»“”¨]"), "\""),
        (Pattern("[‘’]"), "'"),
        (Pattern("&quot;?"), ""),
        (Pattern("&amp"), ""),
        (Pattern(@"\d{1,3}(?:\.\d{1,3}){3}"), " "),
        (Pattern(@"\d:\d\d\s+$"), ""),
        (Pattern(@"\\n"), " "),
        (Pattern(@"#\d{1,3}\b"), ""),
        (Pattern(@"#\d{5,}\b"), ""),
        (Pattern(@"\b\d{6,}\b"), ""),
        (Pattern(@$"\S+\.(?:{FileTypes})"), ""),
        (Pattern(@"[""']{2,}"), "\""),
        (Pattern(@"\.{2,}"), " "),
        (Pattern(@"[#®•©™&@·º½¾¿¡§~()\[\]{}|\\/*]+"), " "),
        (Pattern(@"\s+\.\s+"), " "),
    ];

    static readonly (Regex Pattern, string Replacement)[] s_words =
    [
        (Pattern(@"\b[a-zA-Z]{1,3}\d{3,15}\b"), ""),
        (Pattern(@"\b[a-zA-Z]+\d+[a-zA-Z]+\b"), ""),
        (Pattern(@"\b\d+[a-zA-Z]+\d+\b"), ""),
        (Pattern(@"(?:worldwide\s+)?(?:free\s+)?shipping"), ""),
        (Pattern(@"(?:free\s)?download(?:\sfree)?"), ""),
        (Pattern(@$"\bclick\b\s(?:for|on)\s{Name}+"), ""),
        (Pattern(@$"\b(?:{FileTypes})(?:\simages?)?"), ""),
        (Pattern(@"\bpage\s+\d+\b"), ""),
        (Pattern(@"\b\d*[a-zA-Z]+\d+[a-zA-Z]+\d+[a-zA-Z\d]*\b"), " "),
        // Sizes such as 30x40, with the Latin letter, the Cyrillic one or the sign.
        (Pattern(@"\b\d+\.?\d*[xх×]\d+\.?\d*\b"), ""),
        (Pattern(@"\b\s+:\s+"), ": "),
        (Pattern(@"(\D[,./])\b"), "$1 "),
        (Pattern(@"\s+"), " "),
        (Pattern(@"^[""']([\s\S]+)[""']$"), "$1"),
        (Pattern("^['_,:;-]"), ""),
        (Pattern("['_,:+-]$"), ""),
        (Pattern(@"^\.\S+$"), ""),
    ];

    static readonly Regex s_joints = Pattern("[-_]");

    /// <summary>The published clean-up. It is done twice, because the first pass uncovers work for the second.</summary>
    /// <exception cref="SutiException">The prompt is longer than <see cref="LongestCaption"/>.</exception>
    public static string Clean(string caption) => CleanOnce(CleanOnce(Checked(caption)));

    /// <summary>What the published pipelines do where the clean-up is off: lower case, no spaces around.</summary>
    /// <inheritdoc cref="Clean"/>
    public static string Plain(string caption) => LowerCase.Of(Checked(caption)).Trim();

    static string CleanOnce(string caption)
    {
        caption = LowerCase.Of(WebUtility.UrlDecode(caption).Trim());
        caption = caption.Replace("<person>", "person", StringComparison.Ordinal);
        foreach (var address in s_addresses)
            caption = RemoveAddresses(caption, address);
        caption = Replace(HtmlText.Of(caption), s_signs);
        if (s_joints.Count(caption) > 3)
            caption = s_joints.Replace(caption, " ");
        caption = CanonicalComposition.Compose(caption);
        caption = HtmlText.Unescape(HtmlText.Unescape(caption));
        return Replace(caption, s_words).Trim();
    }

    static string RemoveAddresses(string caption, Regex pattern)
    {
        var rest = new StringBuilder(caption.Length);
        int kept = 0;
        for (var match = pattern.Match(caption); match.Success; match = pattern.Match(caption, kept))
        {
            var address = match.Groups[Address];
            rest.Append(caption, kept, address.Index - kept);
            kept = address.Index + address.Length;
        }
        return rest.Append(caption, kept, caption.Length - kept).ToString();
    }

    static string Replace(string caption, (Regex Pattern, string Replacement)[] rules)
    {
        foreach (var (pattern, replacement) in rules)
            caption = pattern.Replace(caption, replacement);
        return caption;
    }

    static string Checked(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return caption.Length <= LongestCaption ? caption : throw new SutiException("caption", "the prompt is too long",
            TokenizerFile.Invariant($"at most {LongestCaption} characters"), TokenizerFile.Invariant($"{caption.Length}"));
    }

    /// <summary>All in time that grows with the text alone, whatever it is.</summary>
    static Regex Pattern(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
