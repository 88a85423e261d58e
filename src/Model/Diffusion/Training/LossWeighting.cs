using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// What a sample's squared error counts, by its noise. The squared error of x₀ is that of ε times 1/SNR, and that of v times
/// σ²: weights are defined for x₀ and apply to every type of prediction.
/// </summary>
public abstract record LossWeighting
{
    /// <summary>Of the squared error of an output of this type.</summary>
    public abstract double Of(PredictionType prediction, NoiseLevel level);
}

/// <summary>Every output's error counts the same (Ho et al. 2020, equation 14).</summary>
public sealed record UniformWeighting : LossWeighting
{
    public override double Of(PredictionType prediction, NoiseLevel level) => 1;
}

/// <summary>
/// x₀'s error counts min(SNR, γ) (Hang et al., Efficient Diffusion Training via Min-SNR Weighting Strategy, 2023).
/// </summary>
public sealed record MinSnrWeighting(double Gamma = 5) : LossWeighting
{
    public override double Of(PredictionType prediction, NoiseLevel level)
    {
        // As a share of the SNR, because that is infinite without noise.
        double capped = Math.Min(1, Gamma / level.SignalToNoise);
        return prediction switch
        {
            PredictionType.Epsilon => capped,
            PredictionType.Sample => Math.Min(level.SignalToNoise, Gamma),
            PredictionType.Velocity => capped * level.SignalVariance,
            _ => throw new ArgumentOutOfRangeException(nameof(prediction)),
        };
    }
}

/// <summary>
/// x₀'s error counts min(1/σ², <paramref name="Largest"/>): evenly in v where there is much noise, and no more than so much
/// where there is little.
/// </summary>
public sealed record InverseNoiseWeighting(double Largest = 6) : LossWeighting
{
    public override double Of(PredictionType prediction, NoiseLevel level)
    {
        if (prediction == PredictionType.Epsilon && level.Alpha == 0)
            throw new SutiException("loss weighting", "where there is no signal, ε says nothing of x₀", "sample or v",
                "epsilon");
        double ofClean = Math.Min(1 / level.NoiseVariance, Largest);
        return prediction switch
        {
            PredictionType.Epsilon => ofClean * level.NoiseVariance / level.SignalVariance,
            PredictionType.Sample => ofClean,
            PredictionType.Velocity => ofClean * level.NoiseVariance,
            _ => throw new ArgumentOutOfRangeException(nameof(prediction)),
        };
    }
}
