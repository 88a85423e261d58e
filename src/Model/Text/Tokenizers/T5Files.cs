using System.Text;

namespace SuTI.Model.Text;

/// <summary>T5's tokenizer from the files it is published in.</summary>
static class T5Files
{
    const string End = "</s>", Unknown = "<unk>", Padding = "<pad>";

    const int PublishedLength = 512, PublishedExtraIds = 100;

    /// <summary>A SentencePiece model, with sentinels above it that the file does not hold.</summary>
    public static T5Tokenizer FromPieces(string file, TokenizerSettings settings)
        => FromModel(SentencePieceFile.Read(file), settings);

    /// <inheritdoc cref="FromPieces"/>
    public static T5Tokenizer FromModel(SentencePieceModel model, TokenizerSettings settings)
    {
        int count = model.Pieces.Count, extra = settings.ExtraIds ?? PublishedExtraIds;
        // They are numbered downwards: the first sentinel is the last token.
        var sentinels = Enumerable.Range(0, extra).Select(i => new AddedToken($"<extra_id_{i}>", count + extra - 1 - i));
        return Build(model, settings, [.. sentinels]);
    }

    /// <param name="added">Tokens with ids besides the pieces, or that pieces stand for.</param>
    public static T5Tokenizer Build(SentencePieceModel model, TokenizerSettings settings, IReadOnlyList<AddedToken> added)
    {
        var table = new TokenTable(TokenizerFile.Printable(model.Source), model.Pieces.Count + added.Count);
        for (int id = 0; id < model.Pieces.Count; id++)
            table.Add(Encoding.UTF8.GetString(model.Pieces[id].Text), id);
        List<AddedToken> all = [.. added, .. settings.Added];
        foreach (var token in all.Where(token => token.Id is not null && table.Find(token.Content) != token.Id))
            table.Add(token.Content, token.Id!.Value);
        AddedToken end = settings.End ?? new(End), unknown = settings.Unknown ?? new(Unknown),
            padding = settings.Padding ?? new(Padding);
        int endId = table.Require(end.Content, "end"), paddingId = table.Require(padding.Content, "padding"),
            unknownId = table.Require(unknown.Content, "unknown");
        all.AddRange([end, unknown, padding]);
        var found = all.Select(token => (token.Content, Id: table.Require(token.Content, "added"), token.IsSpecial)).ToList();
        var layout = new TokenizerLayout(null, endId, paddingId, unknownId, settings.MaxLength ?? PublishedLength,
            new(found.Select(token => (token.Content, token.Id))));
        var special = found.Where(token => token.IsSpecial).Select(token => token.Id);
        return new(table, model, layout, special, settings.CleansUp);
    }
}
