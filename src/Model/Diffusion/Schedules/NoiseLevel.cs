namespace SuTI.Model.Diffusion;

/// <summary>How noisy a sample is: x = Alpha · x₀ + Sigma · ε, with Alpha² + Sigma² = 1.</summary>
/// <remarks>Every sampler here moves between such levels; where the levels come from is the schedule's matter.</remarks>
public readonly record struct NoiseLevel
{
    NoiseLevel(double alpha, double sigma)
    {
        Alpha = alpha;
        Sigma = sigma;
    }

    /// <summary>No noise at all.</summary>
    public static NoiseLevel Clean { get; } = new(1, 0);

    public double Alpha { get; }

    public double Sigma { get; }

    /// <summary>ᾱ, the share of the signal in the variance.</summary>
    public double SignalVariance => Alpha * Alpha;

    /// <summary>1 − ᾱ, the share of the noise.</summary>
    public double NoiseVariance => Sigma * Sigma;

    /// <summary>σ/α: the noise of a sample that is scaled so that its signal has size 1.</summary>
    public double Ratio => Sigma / Alpha;

    /// <summary>ᾱ / (1 − ᾱ).</summary>
    public double SignalToNoise => SignalVariance / NoiseVariance;

    /// <summary>ln(α/σ), half of the logarithm of the signal-to-noise ratio.</summary>
    public double HalfLogSnr => Math.Log(Alpha) - Math.Log(Sigma);

    /// <param name="variance">ᾱ, from 0 to 1.</param>
    public static NoiseLevel OfSignalVariance(double variance) => new(Math.Sqrt(variance), Math.Sqrt(1 - variance));

    /// <param name="ratio">σ/α, at least 0.</param>
    public static NoiseLevel OfRatio(double ratio)
    {
        double alpha = 1 / Math.Sqrt(1 + (ratio * ratio));
        return new(alpha, ratio * alpha);
    }

    /// <param name="logSnr">ln(α²/σ²).</param>
    public static NoiseLevel OfLogSnr(double logSnr)
        => new(Math.Sqrt(1 / (1 + Math.Exp(-logSnr))), Math.Sqrt(1 / (1 + Math.Exp(logSnr))));
}
