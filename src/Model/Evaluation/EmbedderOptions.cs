using SuTI.Engine;

namespace SuTI.Model.Evaluation;

/// <summary>How an embedder computes; none of it changes what the vectors mean.</summary>
public sealed record EmbedderOptions
{
    /// <summary>By default the processor.</summary>
    public Device? Device { get; init; }

    /// <summary>Of what is between the f32 weights; halves under CUDA only.</summary>
    public DType Precision { get; init; } = DType.Float32;

    /// <summary>Pictures or texts at a time.</summary>
    public int Batch { get; init; } = 32;
}
