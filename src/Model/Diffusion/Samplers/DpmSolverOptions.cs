namespace SuTI.Model.Diffusion;

/// <summary>How <see cref="DpmSolverSampler"/> goes from one level to the next.</summary>
/// <param name="Order">1 to 3: how many outputs of the network a step is made of.</param>
/// <param name="IsHeun">The second of the two formulas of order 2.</param>
/// <param name="IsStochastic">Whether a step adds noise (SDE-DPM-Solver++), of order 1 or 2.</param>
/// <param name="EndsInLowerOrder">
/// Whether the last steps of a walk of fewer than 15 have order 1 and 2, which is steadier there.
/// </param>
public sealed record DpmSolverOptions(int Order = 2, bool IsHeun = false, bool IsStochastic = false,
    bool EndsInLowerOrder = true);
