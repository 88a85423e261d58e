using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Reads a SentencePiece model (google/sentencepiece, sentencepiece_model.proto).</summary>
static class SentencePieceFile
{
    /// <summary>A piece of more bytes is none that a trainer makes.</summary>
    public const int LongestPiece = 1024;

    const int LargestFile = 8 << 20, LargestCharacterMap = 4 << 20, LongestSurface = 100, UnigramType = 1;

    public static SentencePieceModel Read(string file)
    {
        byte[] bytes = TokenizerFile.Read(file, LargestFile);
        return Parse(bytes, file);
    }

    public static SentencePieceModel Parse(ReadOnlySpan<byte> bytes, string source)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel(source, pieces, default);
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            int begin = reader.Position;
            switch (reader.Field)
            {
                case 1:
                    if (pieces.Count == TokenTable.LargestSize)
                        throw reader.Broken("the vocabulary is too large",
                            TokenizerFile.Invariant($"at most {TokenTable.LargestSize} pieces"), "more");
                    pieces.Add(ReadPiece(reader.Bytes(), source, begin));
                    break;
                case 2:
                    model = ReadTrainer(reader.Bytes(), model, begin);
                    break;
                case 3:
                    model = ReadNormalizer(reader.Bytes(), model, begin);
                    break;
                default:
                    // Self tests, the denormalizer that only decoding would use, and extensions.
                    reader.Skip();
                    break;
            }
        }
        if (pieces.Count == 0)
            throw new SutiException(TokenizerFile.Printable(source), "holds no pieces", "a SentencePiece model",
                TokenizerFile.Invariant($"{bytes.Length} bytes without any"));
        return model;
    }

    static Piece ReadPiece(ReadOnlySpan<byte> message, string source, int begin)
    {
        var reader = new ProtobufReader(message, $"{source}, a piece", begin);
        ReadOnlySpan<byte> text = [];
        float score = 0;
        var type = PieceType.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.Bytes();
                    break;
                case 2:
                    score = reader.Real();
                    break;
                case 3:
                    type = reader.Whole() is >= (int)PieceType.Normal and <= (int)PieceType.Byte and long value
                        ? (PieceType)value : throw reader.Broken("the type of a piece is not known", "1 to 6", null);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (text.IsEmpty || text.Length > LongestPiece)
            throw reader.Broken("a piece has a strange length", TokenizerFile.Invariant($"1 to {LongestPiece} bytes"),
                TokenizerFile.Invariant($"{text.Length}"));
        if (!float.IsFinite(score))
            throw reader.Broken("the score of a piece is not finite", null, TokenizerFile.Invariant($"{score}"));
        return new(text.ToArray(), score, type);
    }

    static SentencePieceModel ReadTrainer(ReadOnlySpan<byte> message, SentencePieceModel model, int begin)
    {
        var reader = new ProtobufReader(message, $"{model.Source}, trainer_spec", begin);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    long type = reader.Whole();
                    if (type != UnigramType)
                        throw reader.Broken("this type of model is not supported", "1 (unigram)",
                            TokenizerFile.Invariant($"{type}"));
                    break;
                case 24:
                    model = model with { SpaceIsSuffix = reader.Flag() };
                    break;
                case 35:
                    model = model with { FallsBackToBytes = reader.Flag() };
                    break;
                case 44:
                    var surface = reader.Bytes();
                    if (surface.Length > LongestSurface)
                        throw reader.Broken("unk_surface is too long",
                            TokenizerFile.Invariant($"at most {LongestSurface} bytes"),
                            TokenizerFile.Invariant($"{surface.Length}"));
                    model = model with { UnknownSurface = Encoding.UTF8.GetString(surface) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return model;
    }

    static SentencePieceModel ReadNormalizer(ReadOnlySpan<byte> message, SentencePieceModel model, int begin)
    {
        var reader = new ProtobufReader(message, $"{model.Source}, normalizer_spec", begin);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    var map = reader.Bytes();
                    if (map.Length > LargestCharacterMap)
                        throw reader.Broken("precompiled_charsmap is too large",
                            TokenizerFile.Invariant($"at most {LargestCharacterMap} bytes"),
                            TokenizerFile.Invariant($"{map.Length}"));
                    model = model with { CharacterMap = map.ToArray() };
                    break;
                case 3:
                    model = model with { AddsDummyPrefix = reader.Flag() };
                    break;
                case 4:
                    model = model with { RemovesExtraSpaces = reader.Flag() };
                    break;
                case 5:
                    model = model with { EscapesSpaces = reader.Flag() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return model;
    }
}
