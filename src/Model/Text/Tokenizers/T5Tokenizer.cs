using System.Text;

namespace SuTI.Model.Text;

/// <summary>
/// T5's tokenizer: SentencePiece unigram, an end behind every text and no start, sentinels above the pieces (Raffel et al.
/// 2020, section 3.1.4; the published tokenizer files).
/// </summary>
public sealed class T5Tokenizer : Tokenizer
{
    readonly TokenTable _table;
    readonly SentencePieceModel _model;
    readonly SentencePieceNormalizer _normalizer;
    readonly UnigramModel _unigram;
    readonly HashSet<int> _special;
    readonly bool _cleansUp;

    internal T5Tokenizer(TokenTable table, SentencePieceModel model, TokenizerLayout layout, IEnumerable<int> special,
        bool cleansUp)
        : base(table, layout)
    {
        _table = table;
        _model = model;
        _normalizer = new(model);
        _unigram = new(model);
        _special = [.. special];
        _cleansUp = cleansUp;
    }

    /// <inheritdoc/>
    public override string Decode(ReadOnlySpan<int> ids, bool keepSpecial = false)
    {
        var text = new StringBuilder();
        var run = new List<int>();
        foreach (int id in ids)
        {
            string token = _table[id];
            if (!_special.Contains(id))
            {
                run.Add(id);
                continue;
            }
            if (!keepSpecial)
                continue;
            Flush();
            if (text.Length > 0)
                text.Append(' ');
            text.Append(token);
        }
        Flush();
        return _cleansUp ? DecodedText.CleanUp(text.ToString()) : text.ToString();

        void Flush()
        {
            string decoded = Join(run);
            if (decoded.Length > 0 && text.Length > 0)
                text.Append(' ');
            text.Append(decoded);
            run.Clear();
        }
    }

    private protected override void EncodeSegment(string text, List<int> ids)
        => _unigram.Encode(_normalizer.Normalize(Encoding.UTF8.GetBytes(text)).Span, ids);

    string Join(List<int> ids)
    {
        var bytes = new List<byte>();
        foreach (int id in ids)
        {
            if (id >= _model.Pieces.Count)
                bytes.AddRange(Encoding.UTF8.GetBytes(_table[id]));
            else if (_model.Pieces[id].Type == PieceType.Byte)
                bytes.Add(UnigramModel.ByteOf(_model.Pieces[id].Text, _model.Source, id));
            else if (_model.Pieces[id].Type == PieceType.Unknown)
                bytes.AddRange(Encoding.UTF8.GetBytes(_model.UnknownSurface));
            else if (_model.Pieces[id].Type != PieceType.Control)
                bytes.AddRange(_model.Pieces[id].Text);
        }
        string text = Encoding.UTF8.GetString([.. bytes]).Replace('\u2581', ' ');
        if (_model.AddsDummyPrefix)
            text = _model.SpaceIsSuffix ? text.EndsWith(' ') ? text[..^1] : text : text.StartsWith(' ') ? text[1..] : text;
        return text;
    }
}
