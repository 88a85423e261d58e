using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>What a sampler remembers between steps: given to a step and returned by it, never changed.</summary>
/// <param name="Outputs">Of earlier steps, newest first; the sampler says of what.</param>
/// <param name="Sample">The sample of an earlier step that a later one starts from again.</param>
public sealed record SamplerHistory(IReadOnlyList<Tensor> Outputs, Tensor? Sample = null)
{
    /// <summary>Before the first step.</summary>
    public static SamplerHistory Empty { get; } = new([]);

    internal IEnumerable<Tensor> Tensors => Sample is null ? Outputs : Outputs.Append(Sample);

    /// <summary>With one more output in front, and of all at most <paramref name="most"/>.</summary>
    internal SamplerHistory With(Tensor output, int most) => this with { Outputs = [output, .. Outputs.Take(most - 1)] };
}
