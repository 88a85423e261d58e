using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>Pictures to be made, one for each prompt.</summary>
public sealed record ImageRequest(IReadOnlyList<string> Prompts)
{
    /// <summary>What each picture is led away from; null is the empty text for all.</summary>
    public IReadOnlyList<string>? NegativePrompts { get; init; }

    /// <summary>Of each picture; null counts from 0. A picture depends on its own seed alone.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>Calls of the sampler; some samplers ask the network once more.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Times to visit, noisiest first, instead of a number of steps.</summary>
    public IReadOnlyList<int>? Times { get; init; }

    /// <summary>Another sampler than the model's own; its schedule should be that of the model.</summary>
    public SchedulerConfig? Scheduler { get; init; }

    /// <summary>See <see cref="DdimSampler.Eta"/>.</summary>
    public double Eta { get; init; }

    /// <summary>How prompts are strengthened.</summary>
    public Guidance Guidance { get; init; } = new ClassifierFreeGuidance(7.5, Dropped.Text);

    /// <summary>Pixels; by default what the model was made for.</summary>
    public int? Height { get; init; }

    /// <inheritdoc cref="Height"/>
    public int? Width { get; init; }

    /// <summary>Samples of one call of the network, negative ones included; null is all at once.</summary>
    public int? SamplesPerCall { get; init; }

    internal IReadOnlyList<string> Negatives => NegativePrompts ?? [.. Prompts.Select(_ => "")];

    internal Sampler CreateSampler(SchedulerConfig config)
        => Times is null ? (Scheduler ?? config).CreateSampler(Steps, Eta) : (Scheduler ?? config).CreateSampler(Times, Eta);

    internal ISampleNoise CreateNoise(Shape sample, Device device)
        => new SeededNoise(Seeds ?? SeededNoise.Consecutive(0, Prompts.Count), sample, device);

    /// <exception cref="SutiException">No prompts, or other numbers of negative prompts or seeds.</exception>
    internal void Check()
    {
        if (Prompts is not { Count: > 0 })
            throw new SutiException("pictures", "there is a prompt for each", "at least one", "none");
        CheckCount("negative prompt", NegativePrompts?.Count);
        CheckCount("seed", Seeds?.Count);
    }

    void CheckCount(string what, int? count)
    {
        if (count is { } found && found != Prompts.Count)
            throw new SutiException("pictures", $"there is one {what} for each prompt",
                FormattableString.Invariant($"{Prompts.Count}"), FormattableString.Invariant($"{found}"));
    }
}
