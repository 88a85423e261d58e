using System.Text;

namespace SuTI.Model.Text;

/// <summary>
/// CLIP's tokenizer: byte-pair encoding of lower-case words (Radford et al. 2021, section 2.4; the published
/// tokenizer files). Start and end stand around every text.
/// </summary>
public sealed class ClipTokenizer : Tokenizer
{
    readonly TokenTable _table;
    readonly BytePairModel _model;
    readonly SpecialTokens _inNormalText;
    readonly HashSet<int> _special;
    readonly bool _cleansUp;

    internal ClipTokenizer(TokenTable table, BytePairModel model, TokenizerLayout layout, SpecialTokens inNormalText,
        IEnumerable<int> special, bool cleansUp)
        : base(table, layout)
    {
        _table = table;
        _model = model;
        _inNormalText = inNormalText;
        _special = [.. special];
        _cleansUp = cleansUp;
    }

    /// <inheritdoc/>
    public override string Decode(ReadOnlySpan<int> ids, bool keepSpecial = false)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (int id in ids)
        {
            string token = _table[id];
            if (_special.Contains(id))
            {
                if (!keepSpecial)
                    continue;
                Flush();
                text.Append(token);
                continue;
            }
            bool endsWord = token.EndsWith(_model.EndOfWord, StringComparison.Ordinal) && _model.EndOfWord.Length > 0;
            foreach (char character in endsWord ? token[..^_model.EndOfWord.Length] : token)
            {
                if (ByteAlphabet.Byte(character) is >= 0 and int value)
                    bytes.Add((byte)value);
                else
                    bytes.AddRange(Encoding.UTF8.GetBytes(character.ToString()));
            }
            if (endsWord)
                bytes.Add((byte)' ');
        }
        Flush();
        string decoded = text.ToString().Trim();
        return _cleansUp ? DecodedText.CleanUp(decoded) : decoded;

        void Flush()
        {
            text.Append(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
        }
    }

    private protected override void EncodeSegment(string text, List<int> ids)
    {
        string normal = ClipText.Normalize(text);
        foreach (var segment in _inNormalText.Split(normal))
        {
            if (segment.SpecialId is { } special)
            {
                ids.Add(special);
                continue;
            }
            var words = normal.AsSpan()[segment.Characters];
            for (int at = 0; ClipText.NextWord(words, ref at, out var word);)
                _model.Encode(word, ids);
        }
    }
}
