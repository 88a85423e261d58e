using SuTI.Engine;

namespace SuTI.Model.Autoencoder;

/// <summary>A diagonal normal distribution over latents (Kingma and Welling 2013).</summary>
public sealed class LatentDistribution
{
    const double LeastLogVariance = -30, GreatestLogVariance = 20;

    /// <param name="moments">(N, H, W, 2 · channels): means, then logarithms of variances.</param>
    internal LatentDistribution(Tensor moments)
    {
        var parts = moments.Chunk(-1, 2);
        Mean = parts[0];
        LogVariance = parts[1].Clamp(LeastLogVariance, GreatestLogVariance);
    }

    /// <summary>(N, H, W, channels).</summary>
    public Tensor Mean { get; }

    /// <summary>(N, H, W, channels), between −30 and 20.</summary>
    public Tensor LogVariance { get; }

    /// <summary>(N, H, W, channels).</summary>
    public Tensor StandardDeviation => (LogVariance * 0.5).Exp();

    /// <param name="noise">Standard normal, of the shape of <see cref="Mean"/>.</param>
    public Tensor Sample(Tensor noise) => Mean + (StandardDeviation * noise);

    /// <summary>The divergence from the standard normal distribution of each sample, in nats.</summary>
    /// <returns>(N)</returns>
    public Tensor Divergence()
        => (Mean.Square() + LogVariance.Exp() - 1 - LogVariance).Sum([1, 2, 3]) * 0.5;
}
