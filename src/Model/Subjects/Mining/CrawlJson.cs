using System.Text.Json;

namespace SuTI.Model.Subjects.Mining;

/// <summary>The texts of one JSON object from a crawl.</summary>
static class CrawlJson
{
    internal const int LongestLine = 1 << 20, LongestUrl = 2048, LongestText = 4096;

    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16 };

    /// <summary>The values of these keys, null where there is no text; null altogether if it is no JSON object.</summary>
    internal static string?[]? Read(ReadOnlyMemory<byte> utf8, params ReadOnlySpan<string> keys)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            string?[] values = new string?[keys.Length];
            for (int i = 0; i < keys.Length; i++)
            {
                if (document.RootElement.TryGetProperty(keys[i], out var value) && value.ValueKind == JsonValueKind.String)
                    values[i] = value.GetString();
            }
            return values;
        }
        // Half a surrogate pair is only met when its string is asked for.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal static bool IsUrl(string? url) => url is { Length: > 0 and <= LongestUrl } && !url.Any(char.IsControl);

    /// <summary>On one line and no longer than a text about a picture is.</summary>
    internal static string Shortened(string? text)
    {
        if (text is null)
            return "";
        string cut = text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
        return string.Create(cut.Length, cut, (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }).Trim();
    }
}
