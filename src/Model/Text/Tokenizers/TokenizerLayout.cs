namespace SuTI.Model.Text;

/// <summary>The tokens around a text, and those that are recognised in it.</summary>
sealed record TokenizerLayout(int? StartId, int EndId, int PadId, int UnknownId, int MaxLength, SpecialTokens InRawText);
