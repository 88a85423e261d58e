using System.Globalization;
using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>A token outside the model's own: as the files write it, a text or an object.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its id where the file gives one.</param>
/// <param name="IsSpecial">Whether decoding leaves it out.</param>
sealed record AddedToken(string Content, int? Id = null, bool IsSpecial = true)
{
    const int LongestContent = 1000;

    /// <summary>A token's text alone, or an object with its options.</summary>
    /// <param name="where">File and key, for messages.</param>
    /// <param name="id">Its id, if that stands elsewhere.</param>
    public static AddedToken Read(string where, JsonElement json, int? id = null)
    {
        if (json.ValueKind == JsonValueKind.String)
            return Checked(where, new(json.GetString()!, id));
        if (json.ValueKind != JsonValueKind.Object)
            throw TokenizerFile.Misfit(where, "a text or an object", json);
        string? content = null;
        bool isSpecial = true;
        foreach (var member in json.EnumerateObject())
        {
            string key = $"{where}.{member.Name}";
            switch (member.Name)
            {
                case "content":
                    content = TokenizerFile.Text(key, member.Value);
                    break;
                case "id":
                    id = ReadId(key, TokenizerFile.Whole(key, member.Value));
                    break;
                case "special":
                    isSpecial = TokenizerFile.Flag(key, member.Value);
                    break;
                // White space beside a special token has no meaning to any tokenizer here, and all of them are looked for
                // both in the text as it is and in lower case.
                case "lstrip" or "rstrip" or "normalized":
                    TokenizerFile.Flag(key, member.Value);
                    break;
                case "single_word":
                    if (TokenizerFile.Flag(key, member.Value))
                        throw new SutiException(TokenizerFile.Printable(key), "this value is not supported", "false",
                            "true");
                    break;
                case "__type":
                    break;
                default:
                    throw new SutiException(TokenizerFile.Printable(where), "holds a key that is not known", null,
                        $"'{TokenizerFile.Printable(member.Name)}'");
            }
        }
        return Checked(where, new(content ?? throw new SutiException(TokenizerFile.Printable(where),
            "a token needs its content", "content", "none"), id, isSpecial));
    }

    public static int ReadId(string where, string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? ReadId(where, id)
            : throw new SutiException(TokenizerFile.Printable(where), "is no id", "a whole number",
                $"'{TokenizerFile.Printable(text)}'");

    public static int ReadId(string where, long id) => id is >= 0 and < TokenTable.LargestSize ? (int)id
        : throw new SutiException(TokenizerFile.Printable(where), "the id is out of range",
            TokenizerFile.Invariant($"0 to {TokenTable.LargestSize - 1}"), TokenizerFile.Invariant($"{id}"));

    static AddedToken Checked(string where, AddedToken token) => token.Content.Length is > 0 and <= LongestContent ? token
        : throw new SutiException(TokenizerFile.Printable(where), "a special token has a strange length",
            TokenizerFile.Invariant($"1 to {LongestContent} characters"), TokenizerFile.Invariant($"{token.Content.Length}"));
}
