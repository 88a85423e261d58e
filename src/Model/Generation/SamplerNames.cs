using SuTI.Engine;
using SuTI.Model.Diffusion;

namespace SuTI.Model.Generation;

/// <summary>Samplers by the names that people give them.</summary>
public static class SamplerNames
{
    /// <summary>What the model's folder names.</summary>
    public const string OfModel = "model";

    static readonly (string Name, SamplerKind Kind, bool Karras)[] s_known =
    [
        ("ddpm", SamplerKind.Ddpm, false), ("ddim", SamplerKind.Ddim, false), ("pndm", SamplerKind.Pndm, false),
        ("euler", SamplerKind.Euler, false), ("euler-karras", SamplerKind.Euler, true),
        ("euler-ancestral", SamplerKind.EulerAncestral, false),
        ("dpmpp-2m", SamplerKind.DpmSolver, false), ("dpmpp-2m-karras", SamplerKind.DpmSolver, true),
    ];

    public static IReadOnlyList<string> All { get; } = [OfModel, .. s_known.Select(entry => entry.Name)];

    /// <summary>The name of what a schedule is sampled with.</summary>
    public static string Of(SchedulerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Array.Find(s_known, entry => entry.Kind == config.Kind && entry.Karras == config.UsesKarrasRatios).Name
            ?? throw new SutiException("sampler", "this one has no name", string.Join(", ", All), config.Kind.ToString());
    }

    /// <summary>A model's schedule with another sampler.</summary>
    /// <exception cref="SutiException">There is no sampler of that name.</exception>
    public static SchedulerConfig With(this SchedulerConfig config, string sampler)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (sampler == OfModel)
            return config;
        int index = Array.FindIndex(s_known, entry => entry.Name == sampler);
        if (index < 0)
            throw new SutiException("sampler", "there is none of that name", string.Join(", ", All), $"'{sampler}'");
        var (_, kind, karras) = s_known[index];
        return config with { Kind = kind, UsesKarrasRatios = karras };
    }
}
