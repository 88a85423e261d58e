using System.Globalization;
using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// The unigram language model: of all ways to split a text into pieces, the most probable (Kudo 2018, section 3.2). It
/// decides ties and rounds as google/sentencepiece does since version 0.1.96.
/// </summary>
sealed class UnigramModel
{
    const float UnknownPenalty = 10;
    const int Bytes = 256;

    readonly IReadOnlyList<Piece> _pieces;
    readonly PieceTrie _trie;
    readonly float _lowest = float.MaxValue, _highest = 1.17549435e-38f;
    readonly int[]? _bytePieces;

    /// <exception cref="SutiException">
    /// Two equal pieces, not one unknown piece, bytes without byte_fallback or not all 256 with it.
    /// </exception>
    public UnigramModel(SentencePieceModel model)
    {
        string source = TokenizerFile.Printable(model.Source);
        _pieces = model.Pieces;
        var split = new List<(byte[], int)>();
        int[] bytes = new int[Bytes];
        Array.Fill(bytes, -1);
        int unknowns = 0;
        for (int id = 0; id < _pieces.Count; id++)
        {
            var piece = _pieces[id];
            switch (piece.Type)
            {
                case PieceType.Unknown:
                    UnknownId = id;
                    unknowns++;
                    break;
                case PieceType.Byte:
                    bytes[ByteOf(piece.Text, source, id)] = id;
                    break;
                case PieceType.Normal:
                    _lowest = Math.Min(_lowest, piece.Score);
                    _highest = Math.Max(_highest, piece.Score);
                    split.Add((piece.Text, id));
                    break;
                case PieceType.UserDefined or PieceType.Unused:
                    split.Add((piece.Text, id));
                    break;
            }
        }
        if (unknowns != 1)
            throw new SutiException(source, "the vocabulary needs one unknown piece", "1",
                TokenizerFile.Invariant($"{unknowns}"));
        int byteCount = bytes.Count(id => id >= 0);
        if (byteCount != (model.FallsBackToBytes ? Bytes : 0))
            throw new SutiException(source, "pieces of single bytes go with byte_fallback",
                model.FallsBackToBytes ? "256" : "0", TokenizerFile.Invariant($"{byteCount}"));
        if (split.Count == 0)
            throw new SutiException(source, "no piece stands for text", "at least 1", "0");
        _bytePieces = model.FallsBackToBytes ? bytes : null;
        _trie = new(split);
    }

    public int UnknownId { get; }

    /// <summary>Appends the ids of the best split; neighbouring unknown characters are one.</summary>
    /// <param name="text">Normalised UTF-8.</param>
    public void Encode(ReadOnlySpan<byte> text, List<int> ids)
    {
        var best = Split(text);
        var backwards = new List<(int Begin, int End, int Id)>();
        for (int end = text.Length; end > 0; end = best[end].Begin)
            backwards.Add((best[end].Begin, end, best[end].Id));
        bool isAfterUnknown = false;
        for (int i = backwards.Count - 1; i >= 0; i--)
        {
            var (begin, end, id) = backwards[i];
            bool isUnknown = id == UnknownId;
            if (isUnknown && _bytePieces is not null)
            {
                foreach (byte value in text[begin..end])
                    ids.Add(_bytePieces[value]);
            }
            else if (!isUnknown || !isAfterUnknown)
            {
                ids.Add(id);
            }
            isAfterUnknown = isUnknown;
        }
    }

    /// <summary>For every place, the last piece of the best way to it.</summary>
    Step[] Split(ReadOnlySpan<byte> text)
    {
        var best = new Step[text.Length + 1];
        float unknown = _lowest - UnknownPenalty;
        for (int begin = 0; begin < text.Length;)
        {
            float before = best[begin].Score;
            int character = Math.Min(CharacterLength(text[begin]), text.Length - begin);
            bool hasCharacter = false;
            int node = 0;
            for (int end = begin; end < text.Length && (node = _trie.Go(node, text[end++])) != PieceTrie.Nowhere;)
            {
                int id = _trie.Id(node);
                if (id < 0 || _pieces[id].Type == PieceType.Unused)
                    continue;
                int length = end - begin;
                // The comparison is in double, what is kept is rounded: that decides between equal splits.
                double score = _pieces[id].Type == PieceType.UserDefined ? (length * _highest) - 0.1 : _pieces[id].Score;
                best[end].Offer(score + before, begin, id);
                hasCharacter |= length == character;
            }
            if (!hasCharacter)
                best[begin + character].Offer(unknown + before, begin, UnknownId);
            begin += character;
        }
        return best;
    }

    /// <summary>By its first byte, as the model was trained: a stray byte inside a character counts as one.</summary>
    static int CharacterLength(byte first) => first switch
    {
        < 0xC0 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    /// <summary>The byte that a piece such as &lt;0x0A&gt; names.</summary>
    /// <exception cref="SutiException">It names none.</exception>
    public static byte ByteOf(byte[] text, string source, int id)
    {
        string name = Encoding.UTF8.GetString(text);
        return IsByte(name) ? byte.Parse(name.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : throw new SutiException(TokenizerFile.Invariant($"{source}, piece {id}"), "names no byte", "<0x00> to <0xFF>",
                $"'{TokenizerFile.Printable(name)}'");
    }

    /// <summary>Whether a piece is spelt as those of single bytes are.</summary>
    public static bool IsByte(string name) => name.Length == 6 && name.StartsWith("<0x", StringComparison.Ordinal)
        && name[5] == '>' && char.IsAsciiHexDigit(name[3]) && char.IsAsciiHexDigit(name[4]);

    struct Step
    {
        public float Score;
        int _beginAfter;

        /// <summary>Where the piece begins that ends here.</summary>
        public readonly int Begin => _beginAfter - 1;

        public int Id { get; private set; }

        public void Offer(double score, int begin, int id)
        {
            if (_beginAfter != 0 && !(score > Score))
                return;
            (Score, _beginAfter, Id) = ((float)score, begin + 1, id);
        }
    }
}
