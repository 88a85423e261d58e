using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>How a published model is opened.</summary>
public sealed record PipelineOptions
{
    /// <summary>Where it lies and computes; by default the processor.</summary>
    public Device? Device { get; init; }

    /// <summary>What weights are kept in.</summary>
    public DType Weights { get; init; } = DType.Float32;

    /// <summary>What networks compute in; by default the type of the weights. The sample itself stays f32.</summary>
    public DType? Compute { get; init; }

    /// <summary>Another sampler than the folder names, with the rest of its configuration.</summary>
    public SamplerKind? Sampler { get; init; }
}
