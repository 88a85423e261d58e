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
            return scope.Keep(Joined([.. asked.Select(dropped => network(x, time, dropped))]));
        };
    }

    /// <summary>
    /// A network that reads a text. All answers are asked for together, or in calls of fewer samples, which take less memory
    /// and, on the processor, give the same bits.
    /// </summary>
    /// <param name="network">From x, time and text (M, L, width) to the answers, for any number of samples.</param>
    /// <param name="text">(N, L, width)</param>
    /// <param name="negative">In the place of a text that is dropped, (N, L, width).</param>
    /// <param name="samplesPerCall">At most; by default all.</param>
    public static Denoiser WithText(Func<Tensor, double, Tensor, Tensor> network, Tensor text, Tensor negative,
        int? samplesPerCall = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(negative);
        if (samplesPerCall < 1)
            throw new SutiException("denoiser", "a call has samples", "at least 1", $"{samplesPerCall}");
        return (x, time, asked) =>
        {
            using var scope = TensorScope.Open("denoiser");
            var contexts = Joined([.. asked.Select(dropped => dropped.HasFlag(Dropped.Text) ? negative : text)]);
            var samples = Joined([.. asked.Select(_ => x)]);
            int count = samples.Shape[0], most = Math.Min(samplesPerCall ?? count, count);
            var answers = new List<Tensor>();
            for (int start = 0; start < count; start += most)
            {
                using var call = TensorScope.Open("call");
                int taken = Math.Min(most, count - start);
                answers.Add(call.Keep(network(samples.Slice(0, start, taken), time, contexts.Slice(0, start, taken))));
            }
            return scope.Keep(Joined([.. answers]));
        };
    }

    static Tensor Joined(Tensor[] parts) => parts.Length == 1 ? parts[0] : Tensor.Concat(0, parts);
}
