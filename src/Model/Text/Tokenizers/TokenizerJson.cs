using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// A tokenizer in one file, tokenizer.json: CLIP's byte pairs or T5's pieces. The steps that the file lists must be those
/// of these two; any other is refused by name.
/// </summary>
static class TokenizerJson
{
    public static ITokenizer Open(string file, TokenizerSettings settings)
        => TokenizerFile.ReadObject<ITokenizer>(file, json => Read(new JsonStep(file, json), settings));

    static ITokenizer Read(JsonStep json, TokenizerSettings settings)
    {
        json.Only("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model");
        var model = json.Step("model") ?? throw json.Wrong("has no model", "model", "none");
        ReadAdded(json, settings);
        ReadLengths(json, settings);
        return model.Type switch
        {
            "BPE" => BytePairs(json, model, settings),
            "Unigram" => Pieces(json, model, settings),
            _ => throw model.Wrong("this type of model is not supported", "BPE or Unigram", model.Type),
        };
    }

    static ClipTokenizer BytePairs(JsonStep json, JsonStep model, TokenizerSettings settings)
    {
        TokenizerJsonSteps.RequireClip(json);
        TokenizerJsonSteps.ReadFrame(json, settings, needsStart: true);
        model.Only("type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges", "vocab", "merges");
        model.MustBe("end_of_word_suffix", ClipFiles.EndOfWord);
        model.MustBe("continuing_subword_prefix", "", null);
        model.MustNotBeSet("dropout", "byte_fallback", "ignore_merges");
        if (model.Text("unk_token") is { } unknown)
            settings.Complete(unknown: new(unknown));
        var table = TokenizerFile.Vocabulary(model.Where, model.Required("vocab"));
        var merges = model.Required("merges");
        string where = $"{model.Where}.merges";
        return ClipFiles.Build(table, settings, pairs =>
        {
            int number = 0;
            foreach (var merge in TokenizerFile.List(where, merges))
            {
                string place = TokenizerFile.Invariant($"{TokenizerFile.Printable(where)}[{number++}]");
                var (left, right) = Merge(place, merge);
                pairs.AddMerge(left, right, place);
            }
        });
    }

    /// <summary>A merge is a list of two, in older files a text with a space between.</summary>
    static (string Left, string Right) Merge(string where, JsonElement json)
    {
        string[] pair = json.ValueKind == JsonValueKind.String ? json.GetString()!.Split(' ')
            : [.. TokenizerFile.List(where, json).Take(3).Select(token => TokenizerFile.Text(where, token))];
        return pair.Length == 2 && pair[0].Length > 0 && pair[1].Length > 0 ? (pair[0], pair[1])
            : throw TokenizerFile.Misfit(where, "two tokens", json);
    }

    static T5Tokenizer Pieces(JsonStep json, JsonStep model, TokenizerSettings settings)
    {
        var (characterMap, removesExtraSpaces) = TokenizerJsonSteps.ReadT5(json);
        TokenizerJsonSteps.ReadFrame(json, settings, needsStart: false);
        model.Only("type", "unk_id", "vocab", "byte_fallback");
        bool fallsBackToBytes = model.Flag("byte_fallback");
        long? unknownId = model.Whole("unk_id");
        var vocabulary = model.Required("vocab");
        string where = $"{model.Where}.vocab";
        var added = settings.Added.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        var pieces = new List<Piece>();
        foreach (var entry in TokenizerFile.List(where, vocabulary))
            pieces.Add(Piece(TokenizerFile.Invariant($"{where}[{pieces.Count}]"), entry, text => pieces.Count == unknownId
                ? PieceType.Unknown
                : added.Contains(text) ? PieceType.Control
                : fallsBackToBytes && UnigramModel.IsByte(text) ? PieceType.Byte : PieceType.Normal));
        return T5Files.Build(new(json.Where, pieces, characterMap, RemovesExtraSpaces: removesExtraSpaces,
            FallsBackToBytes: fallsBackToBytes), settings, []);
    }

    /// <summary>A piece is a list of its text and its score.</summary>
    static Piece Piece(string where, JsonElement json, Func<string, PieceType> type)
    {
        var pair = TokenizerFile.List(where, json);
        if (json.GetArrayLength() != 2 || !pair.MoveNext())
            throw TokenizerFile.Misfit(where, "a piece and its score", json);
        string text = TokenizerFile.Text(where, pair.Current);
        pair.MoveNext();
        if (pair.Current.ValueKind != JsonValueKind.Number || !pair.Current.TryGetSingle(out float score)
            || !float.IsFinite(score))
            throw TokenizerFile.Misfit(where, "a finite score", pair.Current);
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        if (utf8.Length is 0 or > SentencePieceFile.LongestPiece)
            throw new SutiException(TokenizerFile.Printable(where), "a piece has a strange length",
                TokenizerFile.Invariant($"1 to {SentencePieceFile.LongestPiece} bytes"),
                TokenizerFile.Invariant($"{utf8.Length}"));
        return new(utf8, score, type(text));
    }

    static void ReadAdded(JsonStep json, TokenizerSettings settings)
    {
        string where = $"{json.Where}, added_tokens";
        if (json.Find("added_tokens") is { } list)
            settings.Add(json.Where, [.. TokenizerFile.List(where, list).Select(token => AddedToken.Read(where, token))]);
    }

    /// <summary>Cutting and padding, where the other files leave them open.</summary>
    static void ReadLengths(JsonStep json, TokenizerSettings settings)
    {
        if (json.Step("truncation") is { } truncation)
        {
            truncation.Only("direction", "max_length", "strategy", "stride");
            truncation.MustBe("direction", "Right", null);
            settings.Complete(maxLength: truncation.Whole("max_length") is >= 2 and <= Tokenizer.LongestText and long length
                ? (int)length : null);
        }
        if (json.Step("padding") is { } padding)
        {
            padding.Only("strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token");
            padding.MustBe("direction", "Right", null);
            if (padding.Text("pad_token") is { } token)
                settings.Complete(padding: new(token));
        }
    }
}
