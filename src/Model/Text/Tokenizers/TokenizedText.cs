namespace SuTI.Model.Text;

/// <summary>A text as tokens.</summary>
/// <param name="Tokens">Ids with start and end, cut to the length asked for, not padded.</param>
/// <param name="CutTokens">How many tokens of the text were left out.</param>
/// <param name="CutText">The text of those, as <see cref="ITokenizer.Decode"/> spells it; empty if none.</param>
public sealed record TokenizedText(IReadOnlyList<int> Tokens, int CutTokens, string CutText)
{
    public bool IsCut => CutTokens > 0;

    /// <summary>What people are told of a prompt that is cut; null of one that is not.</summary>
    public string? Warning => IsCut ? FormattableString.Invariant($"the prompt is cut: the last {CutTokens} tokens are not seen: '{CutText}'") : null;
}
