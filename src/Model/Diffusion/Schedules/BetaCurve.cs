namespace SuTI.Model.Diffusion;

/// <summary>How the variance β that a step adds grows from the first step to the last.</summary>
public enum BetaCurve
{
    /// <summary>Evenly (Ho et al. 2020).</summary>
    Linear,

    /// <summary>√β evenly: Stable Diffusion's.</summary>
    ScaledLinear,

    /// <summary>
    /// So that ᾱ follows a squared cosine, β at most 0.999 (Nichol and Dhariwal, Improved DDPM, 2021, section 3.2).
    /// </summary>
    SquaredCosine,

    /// <summary>Along a logistic curve from −6 to 6.</summary>
    Sigmoid,
}
