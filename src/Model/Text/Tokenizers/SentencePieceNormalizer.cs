using System.Buffers;
using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// The text that a SentencePiece model splits: characters replaced, spaces trimmed, joined and written as U+2581, a space
/// in front (Kudo and Richardson 2018, section 3; google/sentencepiece, normalizer).
/// </summary>
sealed class SentencePieceNormalizer
{
    const int LongestNormalText = 8 << 20;

    readonly SentencePieceModel _model;
    readonly CharacterMap? _map;
    readonly PieceTrie? _userDefined;
    readonly byte[] _space;

    public SentencePieceNormalizer(SentencePieceModel model)
    {
        _model = model;
        _map = model.CharacterMap.IsEmpty ? null : new(model.CharacterMap.Span, model.Source);
        _space = model.EscapesSpaces ? "\u2581"u8.ToArray() : [(byte)' '];
        var symbols = model.Pieces.Where(piece => piece.Type == PieceType.UserDefined).Select(piece => (piece.Text, 0)).ToList();
        _userDefined = symbols.Count == 0 ? null : new(symbols);
    }

    /// <param name="text">UTF-8.</param>
    /// <exception cref="SutiException">The map blows the text up, or leads out of itself.</exception>
    public ReadOnlyMemory<byte> Normalize(ReadOnlySpan<byte> text)
    {
        if (_model.RemovesExtraSpaces)
        {
            while (!text.IsEmpty && Prefix(text, out var first) is var count && first.SequenceEqual(" "u8))
                text = text[count..];
        }
        if (text.IsEmpty)
            return default;
        var normal = new ArrayBufferWriter<byte>(text.Length + (text.Length / 2) + 16);
        if (_model.AddsDummyPrefix && !_model.SpaceIsSuffix)
            normal.Write(_space);
        bool isAfterSpace = _model.RemovesExtraSpaces;
        while (!text.IsEmpty)
        {
            int count = Prefix(text, out var replaced);
            while (isAfterSpace && replaced.StartsWith((byte)' '))
                replaced = replaced[1..];
            if (!replaced.IsEmpty)
            {
                Write(replaced, normal);
                isAfterSpace = replaced[^1] == ' ';
            }
            isAfterSpace &= _model.RemovesExtraSpaces;
            text = text[count..];
        }
        var written = normal.WrittenMemory;
        while (_model.RemovesExtraSpaces && written.Span.EndsWith(_space))
            written = written[..^_space.Length];
        if (!_model.AddsDummyPrefix || !_model.SpaceIsSuffix)
            return written;
        return (byte[])[.. written.Span, .. _space];
    }

    void Write(ReadOnlySpan<byte> replaced, ArrayBufferWriter<byte> normal)
    {
        for (int space; (space = replaced.IndexOf((byte)' ')) >= 0; replaced = replaced[(space + 1)..])
        {
            normal.Write(replaced[..space]);
            normal.Write(_space);
        }
        normal.Write(replaced);
        if (normal.WrittenCount > LongestNormalText)
            throw new SutiException(TokenizerFile.Printable(_model.Source), "the text grows too long when normalised",
                TokenizerFile.Invariant($"at most {LongestNormalText} bytes"), "more");
    }

    /// <summary>What the beginning of the text is replaced by, and how many of its bytes that is.</summary>
    int Prefix(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        if (_userDefined?.LongestMatch(text) is > 0 and int symbol)
        {
            replacement = text[..symbol];
            return symbol;
        }
        replacement = default;
        if (_map?.Match(text, out replacement) is > 0 and int mapped)
            return mapped;
        Rune.DecodeFromUtf8(text, out _, out int character);
        replacement = text[..character];
        return character;
    }
}
