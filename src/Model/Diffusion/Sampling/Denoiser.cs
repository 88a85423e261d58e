using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>A network with its conditions, as sampling asks it.</summary>
/// <param name="x">(N, …, C), scaled as the sampler wants it.</param>
/// <param name="time">The step's.</param>
/// <param name="asked">What to leave out, once for each answer.</param>
/// <returns>
/// The answers one below the other, (answers · N, …, C or 2C), in the order of <paramref name="asked"/>, in the caller's
/// scope.
/// </returns>
public delegate Tensor Denoiser(Tensor x, double time, IReadOnlyList<Dropped> asked);

/// <summary>Makes denoisers of networks.</summary>
public static class Denoisers
{
    /// <summary>A network without conditions.</summary>
    public static Denoiser Unconditional(Func<Tensor, double, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return OneByOne((x, time, _) => network(x, time));
    }

    /// <summary>Asks for one answer after the other: half the memory of asking for two at once.</summary>
    public static Denoiser OneByOne(Func<Tensor, double, Dropped, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return (x, time, asked) =>
        {
            if (asked.Count == 1)
                return network(x, time, asked[0]);
            using var scope = TensorScope.Open("denoiser");
            return scope.Keep(Tensor.Concat(0, [.. asked.Select(dropped => network(x, time, dropped))]));
        };
    }

    /// <summary>Asks for all answers in one batch.</summary>
    /// <param name="network">Sees x repeated for each answer: (answers · N, …, C).</param>
    public static Denoiser Together(Func<Tensor, double, IReadOnlyList<Dropped>, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return (x, time, asked) =>
        {
            if (asked.Count == 1)
                return network(x, time, asked);
            using var scope = TensorScope.Open("denoiser");
            return scope.Keep(network(Tensor.Concat(0, [.. asked.Select(_ => x)]), time, asked));
        };
    }
}
