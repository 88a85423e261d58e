using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>What a step gives.</summary>
/// <param name="X">The sample at the step's <see cref="SamplingStep.To"/>, in the sampler's scale.</param>
/// <param name="Clean">The x₀ that the network's output stands for, bounded as the sampler bounds it.</param>
/// <param name="History">For the next step.</param>
public sealed record SamplerResult(Tensor X, Tensor Clean, SamplerHistory History);
