using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Texts as the tensors that a text encoder takes. They belong to the scope that is open.</summary>
/// <param name="Ids">i64 (n, length), padded behind each text.</param>
/// <param name="Mask">i64 (n, length): 1 on tokens, 0 on padding.</param>
/// <param name="Texts">Row by row, what became of each text.</param>
public sealed record TokenBatch(Tensor Ids, Tensor Mask, IReadOnlyList<TokenizedText> Texts)
{
    /// <summary>Tokens left out of all texts together.</summary>
    public int CutTokens => Texts.Sum(text => text.CutTokens);
}
