using System.Globalization;
using System.Text;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>
/// Names a stream of random numbers. Every number is a function of (seed, purpose, step, sample, element) alone: the
/// number of threads, the device and how a batch is split change nothing.
/// </summary>
/// <param name="Seed">Of the run.</param>
/// <param name="Purpose">Below 2^31; usually from <see cref="For"/>.</param>
/// <param name="Step">The training or sampling step.</param>
public readonly record struct RandomKey(ulong Seed, uint Purpose, uint Step = 0)
{
    /// <summary>
    /// The key of a named use, such as "noise", "timesteps" or a layer's path with "/dropout" behind it.
    /// </summary>
    /// <remarks>
    /// The purpose is FNV-1a, 32 bits, of the name's UTF-8 bytes with the top bit cleared: the same in every run and
    /// every version. Among a thousand names two coincide with a probability of 0.02 %; equal names give equal numbers.
    /// </remarks>
    public static RandomKey For(string purpose, ulong seed, uint step = 0)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        uint hash = 2166136261;
        foreach (byte unit in Encoding.UTF8.GetBytes(purpose))
            hash = unchecked((hash ^ unit) * 16777619);
        return new(seed, hash & 0x7FFF_FFFF, step);
    }

    /// <summary>The same stream at another step.</summary>
    public RandomKey At(uint step) => this with { Step = step };

    internal PhiloxSource Source(uint firstSample, string op)
        => Purpose < 0x8000_0000
            ? new(Seed, Purpose, Step, firstSample)
            : throw new SutiException(op, "the purpose of a random key lies below 2^31", "at most 2147483647",
                Purpose.ToString(CultureInfo.InvariantCulture));
}
