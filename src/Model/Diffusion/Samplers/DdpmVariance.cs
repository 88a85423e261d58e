namespace SuTI.Model.Diffusion;

/// <summary>The variance of the noise that a step of <see cref="DdpmSampler"/> adds.</summary>
public enum DdpmVariance
{
    /// <summary>That of the posterior, β·(1 − ᾱ₋₁)/(1 − ᾱ) (Ho et al. 2020, section 3.2).</summary>
    FixedSmall,

    /// <summary>β.</summary>
    FixedLarge,

    /// <summary>The second half of the network's output.</summary>
    Learned,

    /// <summary>
    /// Between the two in the logarithm; the second half of the network's output says where, from −1 to 1 (Nichol and
    /// Dhariwal 2021, equation 15).
    /// </summary>
    LearnedRange,
}
