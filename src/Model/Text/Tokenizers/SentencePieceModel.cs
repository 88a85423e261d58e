namespace SuTI.Model.Text;

/// <summary>A SentencePiece model as it is stored: what <see cref="SentencePieceFile"/> reads.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Pieces">By id.</param>
/// <param name="CharacterMap">precompiled_charsmap; empty for none.</param>
/// <param name="AddsDummyPrefix">Whether a space is put in front of every text.</param>
/// <param name="RemovesExtraSpaces">Whether spaces are trimmed and runs of them made one.</param>
/// <param name="EscapesSpaces">Whether spaces become U+2581.</param>
/// <param name="SpaceIsSuffix">Whether the dummy space goes behind instead.</param>
/// <param name="FallsBackToBytes">Whether unknown characters become pieces of single bytes.</param>
/// <param name="UnknownSurface">What an unknown piece decodes to.</param>
sealed record SentencePieceModel(
    string Source,
    IReadOnlyList<Piece> Pieces,
    ReadOnlyMemory<byte> CharacterMap,
    bool AddsDummyPrefix = true,
    bool RemovesExtraSpaces = true,
    bool EscapesSpaces = true,
    bool SpaceIsSuffix = false,
    bool FallsBackToBytes = false,
    string UnknownSurface = " \u2047 ");
