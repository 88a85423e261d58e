using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;

namespace SuTI.Model.Vision;

/// <summary>A tensor of a checkpoint that is one of several equal parts, cut along its first axis.</summary>
/// <param name="Path">The parameter that takes the part.</param>
/// <param name="Part">Which, from 0.</param>
/// <param name="Parts">Of how many.</param>
public readonly record struct CheckpointPart(string Path, int Part, int Parts);

/// <summary>
/// The names of facebookresearch/dino's vision transformer, and the way from its weights to a <see cref="VitModel"/>:
/// there, query, key and value of a block are one matrix.
/// </summary>
public static class DinoCheckpoint
{
    static readonly (string Original, string Path)[] s_outer =
    [
        ("cls_token", "embeddings.cls_token"),
        ("pos_embed", "embeddings.position_embeddings"),
        ("patch_embed.proj.", "embeddings.patch_embeddings.projection."),
        ("norm.", "layernorm."),
    ];

    static readonly (string Original, string Path)[] s_inner =
    [
        ("norm1.", "layernorm_before."),
        ("attn.proj.", "attention.output.dense."),
        ("norm2.", "layernorm_after."),
        ("mlp.fc1.", "intermediate.dense."),
        ("mlp.fc2.", "output.dense."),
    ];

    static readonly string[] s_fused = ["query", "key", "value"];

    /// <summary>
    /// Where a tensor of the original goes: to one parameter, or to three. Nowhere for its training head; to itself,
    /// which no parameter is, if the name is not known.
    /// </summary>
    /// <param name="key">With or without the prefixes of training checkpoints (module., backbone.).</param>
    public static IReadOnlyList<CheckpointPart> Targets(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string name = Without(Without(key, "module."), "backbone.");
        if (name.StartsWith("head.", StringComparison.Ordinal))
            return [];
        string[] parts = name.Split('.', 3);
        if (parts is not ["blocks", var number, var rest])
            return [new(Renamed(s_outer, name) ?? key, 0, 1)];
        const string fused = "attn.qkv.";
        string layer = $"encoder.layer.{number}.";
        if (!rest.StartsWith(fused, StringComparison.Ordinal))
            return [new(Renamed(s_inner, rest) is { } inner ? layer + inner : key, 0, 1)];
        return [.. s_fused.Select((part, i)
            => new CheckpointPart($"{layer}attention.attention.{part}.{rest[fused.Length..]}", i, s_fused.Length))];
    }

    /// <summary>Loads a file of original names into the parameters of a <see cref="VitModel"/>.</summary>
    /// <param name="under">The scope that the network was built in.</param>
    /// <exception cref="CheckpointMismatchException">
    /// Tensors that no parameter takes or that have another shape, all named; nothing is changed then.
    /// </exception>
    /// <exception cref="CheckpointException">Parameters that the file has nothing for; nothing is changed.</exception>
    public static void Load(ParameterStore store, SafetensorsCheckpoint checkpoint, string under = "")
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(checkpoint);
        string prefix = under.Length == 0 ? "" : under + ".";
        // A second store under the names of the file, which so are checked and read as any other file's.
        using var original = new ParameterStore(store.Device, store.DType);
        var targets = new Dictionary<string, CheckpointPart[]>(StringComparer.Ordinal);
        foreach (string name in checkpoint.Names)
        {
            CheckpointPart[] parts = [.. Targets(name).Select(part => part with { Path = prefix + part.Path })];
            if (parts.Length == 0 || !parts.All(part => store.Contains(part.Path)))
                continue;
            var first = store[parts[0].Path];
            original.Root.Declare(name, first.Shape.With(0, checked(first.Shape[0] * parts.Length)),
                Initialiser.Zeros, first.Layout);
            targets.Add(name, parts);
        }
        RequireAll(store, checkpoint, prefix, targets.Values.SelectMany(parts => parts).Select(part => part.Path));
        original.Load(checkpoint, new() { Rename = name => Targets(name).Count == 0 ? null : name });
        using var scope = TensorScope.Open("dino");
        foreach (var (name, parts) in targets)
        {
            foreach (var part in parts)
                store[part.Path].Set(original[name].Value.Chunk(0, part.Parts)[part.Part]);
        }
    }

    /// <summary>Whether a file holds the original's names.</summary>
    public static bool Recognises(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Any(key => key.Contains("blocks.0.attn.qkv.", StringComparison.Ordinal));
    }

    static void RequireAll(ParameterStore store, SafetensorsCheckpoint checkpoint, string prefix,
        IEnumerable<string> taken)
    {
        var found = taken.ToHashSet(StringComparer.Ordinal);
        var missing = store.Parameters.Select(parameter => parameter.Path)
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && !found.Contains(path)).ToList();
        if (missing.Count > 0)
            throw new CheckpointException(checkpoint.Path, "every parameter needs a tensor of the original names",
                found: $"{missing.Count} missing: {string.Join(", ", missing.Take(20))}");
    }

    static string Without(string name, string prefix)
        => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

    static string? Renamed((string Original, string Path)[] names, string name)
    {
        foreach (var (original, path) in names)
        {
            bool isPrefix = original[^1] == '.';
            if (isPrefix ? name.StartsWith(original, StringComparison.Ordinal) : name == original)
                return path + name[original.Length..];
        }
        return null;
    }
}
