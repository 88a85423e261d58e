using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>The random numbers of a walk.</summary>
public interface ISampleNoise
{
    /// <summary>Standard normal, (N, …, C): what the walk starts from, not scaled.</summary>
    Tensor Start();

    /// <summary>Standard normal, (N, …, C): what a step adds.</summary>
    Tensor Step(int step);

    /// <summary>Standard normal, (N, …, C): what a picture that is to be enlarged is blurred with.</summary>
    Tensor Augmentation();
}

/// <summary>Noise of another deviation than a sampler supposes, but for that of pictures that are to be enlarged.</summary>
/// <param name="scale">What it is multiplied by.</param>
public sealed class ScaledNoise(ISampleNoise inner, double scale) : ISampleNoise
{
    readonly ISampleNoise _inner = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public Tensor Start() => Scaled(_inner.Start());

    /// <inheritdoc/>
    public Tensor Step(int step) => Scaled(_inner.Step(step));

    /// <inheritdoc/>
    public Tensor Augmentation() => _inner.Augmentation();

    Tensor Scaled(Tensor noise) => scale == 1 ? noise : noise * scale;
}

/// <summary>
/// Each sample's noise is a function of its own seed, the step and the element alone, so that a sample is the same whatever
/// batch it is made in, and on every device.
/// </summary>
/// <param name="seeds">One for each sample.</param>
/// <param name="shape">Of one sample: (H, W, C).</param>
public sealed class SeededNoise(IReadOnlyList<ulong> seeds, Shape shape, Device? device = null) : ISampleNoise
{
    readonly IReadOnlyList<ulong> _seeds = seeds is { Count: > 0 } ? seeds
        : throw new SutiException("sampling", "each sample has a seed", "at least one", "none");

    /// <summary>Seeds of a run's samples: the first, and each one more.</summary>
    public static IReadOnlyList<ulong> Consecutive(ulong first, int count)
        => [.. Enumerable.Range(0, count).Select(i => unchecked(first + (ulong)i))];

    /// <inheritdoc/>
    public Tensor Start() => Draw("start", 0);

    /// <inheritdoc/>
    public Tensor Step(int step) => Draw("step", (uint)step);

    /// <inheritdoc/>
    public Tensor Augmentation() => Draw("augmentation", 0);

    Tensor Draw(string purpose, uint step)
    {
        using var scope = TensorScope.Open("noise");
        int[] one = [1, .. shape];
        // Every sample is the first of its seed: its place in the batch must not tell.
        var parts = _seeds.Select(seed
            => Tensor.Normal(one, RandomKey.For("sampling/" + purpose, seed, step), device: device)).ToArray();
        return scope.Keep(parts.Length == 1 ? parts[0] : Tensor.Concat(0, parts));
    }
}
