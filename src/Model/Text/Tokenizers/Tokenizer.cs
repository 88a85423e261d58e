using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>What all tokenizers do alike: special tokens in the text, start and end, cutting, padding.</summary>
public abstract class Tokenizer : ITokenizer
{
    /// <summary>Characters of one text; more is no prompt.</summary>
    public const int LongestText = 1 << 16;

    readonly TokenTable _table;
    readonly SpecialTokens _inRawText;

    private protected Tokenizer(TokenTable table, TokenizerLayout layout)
    {
        _table = table;
        _inRawText = layout.InRawText;
        StartId = layout.StartId;
        EndId = layout.EndId;
        PadId = layout.PadId;
        UnknownId = layout.UnknownId;
        MaxLength = layout.MaxLength;
    }

    public int VocabularySize => _table.Size;

    public int MaxLength { get; }

    public int PadId { get; }

    public int? StartId { get; }

    public int EndId { get; }

    public int UnknownId { get; }

    int Frame => StartId is null ? 1 : 2;

    /// <inheritdoc/>
    public TokenizedText Encode(string text, int? length = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        int room = length ?? MaxLength;
        if (room < Frame)
            throw new SutiException("tokenizer", "the length leaves no room for start and end",
                FormattableString.Invariant($"at least {Frame}"), FormattableString.Invariant($"{room}"));
        if (text.Length > LongestText)
            throw new SutiException("tokenizer", "the text is too long",
                FormattableString.Invariant($"at most {LongestText} characters"),
                FormattableString.Invariant($"{text.Length}"));
        var ids = new List<int>();
        if (StartId is { } start)
            ids.Add(start);
        foreach (var segment in _inRawText.Split(text))
        {
            if (segment.SpecialId is { } special)
                ids.Add(special);
            else
                EncodeSegment(text[segment.Characters], ids);
        }
        int kept = Math.Min(ids.Count, room - 1), cutTokens = ids.Count - kept;
        string cutText = cutTokens == 0 ? "" : Decode(ids.ToArray().AsSpan(kept), keepSpecial: true);
        ids.RemoveRange(kept, cutTokens);
        ids.Add(EndId);
        return new(ids, cutTokens, cutText);
    }

    /// <inheritdoc/>
    public TokenBatch EncodeBatch(IReadOnlyList<string> texts, int? length = null, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        int columns = length ?? MaxLength;
        var rows = texts.Select(text => Encode(text, columns)).ToList();
        if ((long)rows.Count * columns > Array.MaxLength)
            throw new SutiException("tokenizer", "the batch is too large",
                FormattableString.Invariant($"at most {Array.MaxLength} tokens"),
                FormattableString.Invariant($"{rows.Count} texts of {columns}"));
        long[] ids = new long[rows.Count * columns], mask = new long[ids.Length];
        Array.Fill(ids, PadId);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int i = 0; i < rows[row].Tokens.Count; i++)
            {
                ids[(row * columns) + i] = rows[row].Tokens[i];
                mask[(row * columns) + i] = 1;
            }
        }
        return new(Place(ids), Place(mask), rows);

        Tensor Place(long[] values) => Tensor.From(values, [rows.Count, columns], device);
    }

    /// <inheritdoc/>
    public abstract string Decode(ReadOnlySpan<int> ids, bool keepSpecial = false);

    /// <inheritdoc/>
    public string Token(int id) => _table[id];

    /// <inheritdoc/>
    public int? Find(string token) => _table.Find(token);

    /// <summary>Appends the ids of text without special tokens.</summary>
    private protected abstract void EncodeSegment(string text, List<int> ids);
}
