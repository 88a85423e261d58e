namespace SuTI.Model.Diffusion;

/// <summary>What a network says of a noisy sample x = α·x₀ + σ·ε.</summary>
public enum PredictionType
{
    /// <summary>The noise ε (Ho, Jain, Abbeel, Denoising Diffusion Probabilistic Models, 2020).</summary>
    Epsilon,

    /// <summary>The clean sample x₀.</summary>
    Sample,

    /// <summary>v = α·ε − σ·x₀ (Salimans and Ho, Progressive Distillation, 2022, section 4).</summary>
    Velocity,
}
