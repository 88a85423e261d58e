using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>The steps around the model of a tokenizer.json: what is done to the text before, and what stands around it.</summary>
static class TokenizerJsonSteps
{
    const string ClipWords = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
        ClipSpecial = @"<\|startoftext\|>|<\|endoftext\|>|";

    /// <exception cref="SutiException">The text is prepared in another way than CLIP's.</exception>
    public static void RequireClip(JsonStep json)
    {
        var normalizers = Steps(json, "normalizer", "normalizers");
        Expect(json, normalizers, "normalizer", "NFC", "Replace", "Lowercase");
        RequireReplace(normalizers[1], @"\s+", " ");
        var splitters = Steps(json, "pre_tokenizer", "pretokenizers");
        Expect(json, splitters, "pre_tokenizer", "Split", "ByteLevel");
        splitters[0].Only("type", "pattern", "behavior", "invert");
        splitters[0].MustBe("behavior", "Removed");
        if (!splitters[0].Flag("invert"))
            throw splitters[0].Wrong("this invert is not supported", "true", "false");
        var pattern = splitters[0].Step("pattern") ?? throw splitters[0].Wrong("has no pattern", "pattern", "none");
        pattern.Only("Regex");
        pattern.MustBe("Regex", ClipWords, ClipSpecial + ClipWords);
        splitters[1].Only("type", "add_prefix_space", "trim_offsets", "use_regex");
        splitters[1].MustNotBeSet("add_prefix_space");
    }

    /// <summary>The map of characters, and whether spaces are trimmed and runs of them made one.</summary>
    /// <exception cref="SutiException">The text is prepared in another way than T5's.</exception>
    public static (byte[] CharacterMap, bool RemovesExtraSpaces) ReadT5(JsonStep json)
    {
        byte[] characterMap = [];
        bool trims = false, joins = false, cuts = false, marks = false;
        foreach (var step in Steps(json, "normalizer", "normalizers"))
        {
            switch (step.Type)
            {
                case "Precompiled" when characterMap.Length == 0:
                    step.Only("type", "precompiled_charsmap");
                    characterMap = Map(step);
                    break;
                case "Strip":
                    step.Only("type", "strip_left", "strip_right");
                    trims |= step.Flag("strip_right");
                    break;
                case "Replace":
                    RequireReplace(step, " {2,}", "\u2581", " ");
                    joins = true;
                    break;
                default:
                    throw Unsupported(step, "Precompiled, Strip or Replace");
            }
        }
        foreach (var step in Steps(json, "pre_tokenizer", "pretokenizers"))
        {
            switch (step.Type)
            {
                case "WhitespaceSplit" when !marks:
                    step.Only("type");
                    cuts = true;
                    break;
                case "Metaspace" when !marks:
                    step.Only("type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
                    step.MustBe("replacement", "\u2581");
                    step.MustBe("prepend_scheme", "always", null);
                    if (!step.Flag("add_prefix_space", otherwise: true))
                        throw step.Wrong("this add_prefix_space is not supported", "true", "false");
                    marks = true;
                    break;
                default:
                    throw Unsupported(step, "WhitespaceSplit, then Metaspace");
            }
        }
        if (!marks)
            throw json.Wrong("spaces are not marked", "a pre_tokenizer of type Metaspace", "none");
        if (trims != joins && !cuts)
            throw json.Wrong("spaces are only trimmed or only joined", "both or neither", trims ? "Strip" : "Replace");
        return (characterMap, cuts || (trims && joins));
    }

    /// <summary>The start and the end that are put around a text, where the other files leave them open.</summary>
    public static void ReadFrame(JsonStep json, TokenizerSettings settings, bool needsStart)
    {
        var step = json.Step("post_processor")
            ?? throw json.Wrong("puts no end behind a text", "a post_processor", "none");
        var (before, behind) = step.Type switch
        {
            "RobertaProcessing" => Roberta(step),
            "TemplateProcessing" => Template(step),
            _ => throw Unsupported(step, "RobertaProcessing or TemplateProcessing"),
        };
        if (before.Count != (needsStart ? 1 : 0) || behind.Count != 1)
            throw step.Wrong("this arrangement is not supported", needsStart ? "a start and an end" : "an end and no start",
                TokenizerFile.Invariant($"{before.Count} tokens before and {behind.Count} behind"));
        settings.Complete(start: needsStart ? new(before[0]) : null, end: new(behind[0]));
    }

    static (IReadOnlyList<string> Before, IReadOnlyList<string> Behind) Roberta(JsonStep step)
    {
        step.Only("type", "sep", "cls", "trim_offsets", "add_prefix_space");
        return ([Named("cls")], [Named("sep")]);

        string Named(string key)
        {
            string where = $"{step.Where}.{key}";
            var pair = TokenizerFile.List(where, step.Required(key));
            return pair.MoveNext() ? TokenizerFile.Text(where, pair.Current)
                : throw TokenizerFile.Misfit(where, "a token and its id", step.Required(key));
        }
    }

    static (IReadOnlyList<string> Before, IReadOnlyList<string> Behind) Template(JsonStep step)
    {
        step.Only("type", "single", "pair", "special_tokens");
        List<string> before = [], behind = [];
        bool isBehind = false;
        foreach (var item in step.Steps("single"))
        {
            item.Only("Sequence", "SpecialToken");
            if (item.Step("SpecialToken") is { } token)
                (isBehind ? behind : before).Add(token.Text("id") ?? throw token.Wrong("has no id", "id", "none"));
            else if (isBehind)
                throw item.Wrong("the text stands there twice", null, null);
            else
                isBehind = true;
        }
        return (before, behind);
    }

    static void RequireReplace(JsonStep step, string pattern, params ReadOnlySpan<string?> contents)
    {
        step.Only("type", "pattern", "content");
        var found = step.Step("pattern") ?? throw step.Wrong("has no pattern", "pattern", "none");
        found.Only("Regex");
        found.MustBe("Regex", pattern);
        step.MustBe("content", contents);
    }

    static byte[] Map(JsonStep step)
    {
        // An empty text is no map, as with the model's own file.
        var value = step.Required("precompiled_charsmap");
        string where = $"{step.Where}.precompiled_charsmap";
        string text = TokenizerFile.Text(where, value);
        byte[] map = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, map, out int count))
            throw new SutiException(TokenizerFile.Printable(where), "is not base64", null, null);
        return count == map.Length ? map : map[..count];
    }

    static IReadOnlyList<JsonStep> Steps(JsonStep json, string key, string list) => json.Step(key)?.Sequence(list) ?? [];

    static void Expect(JsonStep json, IReadOnlyList<JsonStep> steps, string key, params string[] types)
    {
        string[] found = [.. steps.Select(step => step.Type)];
        if (!found.SequenceEqual(types, StringComparer.Ordinal))
            throw json.Wrong($"this {key} is not supported", string.Join(", ", types),
                found.Length == 0 ? "none" : string.Join(", ", found));
        foreach (var step in steps.Where(step => step.Type is "NFC" or "Lowercase"))
            step.Only("type");
    }

    static SutiException Unsupported(JsonStep step, string expected)
        => step.Wrong("this step is not supported", expected, step.Type);
}
