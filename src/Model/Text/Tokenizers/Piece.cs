namespace SuTI.Model.Text;

/// <summary>What a piece of a SentencePiece vocabulary is for (sentencepiece_model.proto).</summary>
enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <param name="Text">UTF-8, white space as U+2581.</param>
/// <param name="Score">Its log-probability.</param>
readonly record struct Piece(byte[] Text, float Score, PieceType Type);
