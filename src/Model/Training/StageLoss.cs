using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>What a stage computes of a micro-batch.</summary>
/// <param name="Value">One number: the mean over the samples, which is minimised.</param>
public sealed record StageLoss(Tensor Value)
{
    /// <summary>Further numbers to log, each one element; means over micro-batches are logged.</summary>
    public IReadOnlyDictionary<string, Tensor> Metrics { get; init; } = new Dictionary<string, Tensor>();
}
