using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders.Conversion;

namespace SuTI.Model.Folders.Inspection;

/// <summary>One network of a model, told from its configuration and the headers of its weights.</summary>
/// <param name="Name">As in <c>unet</c>; empty where the folder is the part.</param>
/// <param name="Architecture">What it is made of; null where the class is not known here.</param>
/// <param name="Parameters">Of the network; where the class is not known, floating-point elements of the files.</param>
/// <param name="Weights">What the files hold.</param>
/// <param name="LeftOut">Tensors of the files that the network has no use for: buffers, a decoder.</param>
/// <param name="Problems">Why it would not load, one clause each; empty if it will.</param>
public sealed record PartReport(string Name, string ClassName, string? Architecture, long Parameters,
    WeightSummary Weights, int LeftOut, IReadOnlyList<string> Problems)
{
    /// <summary>Bytes of the parameters alone, in that precision.</summary>
    public long MemoryAs(DType type) => Parameters * type.Size();
}

/// <summary>What a model's folder holds. No tensor is read.</summary>
/// <param name="Others">Parts without weights: tokenizers, schedules.</param>
/// <param name="Notes">What is left out or absent, one clause each.</param>
public sealed record ModelReport(string Path, string ClassName, IReadOnlyList<PartReport> Networks,
    IReadOnlyList<string> Others, IReadOnlyList<string> Notes)
{
    const int ShownNames = 10;

    /// <summary>Where networks are computed, and in what: halves under CUDA alone.</summary>
    public static IReadOnlyList<(string Device, DType Type)> Precisions { get; } =
    [
        ("cpu", DType.Float32), ("cuda", DType.Float32), ("cuda", DType.BFloat16), ("cuda", DType.Float16),
    ];

    public long Parameters => Networks.Sum(part => part.Parameters);

    /// <summary>Whether a folder is a model's and not merely one that holds weights.</summary>
    public static bool Looks(string path)
        => File.Exists(System.IO.Path.Combine(path, ModelFolder.IndexFile))
            || File.Exists(System.IO.Path.Combine(path, "config.json"));

    /// <param name="path">The folder.</param>
    /// <param name="variant">Of the weight files; null for the plain ones.</param>
    /// <exception cref="SutiException">A folder, configuration or weight file that is broken or not supported.</exception>
    public static ModelReport Read(string path, string? variant = null)
    {
        var model = ModelFolder.Open(path, variant);
        var networks = model.Parts.Where(part => part.IsNetwork).Select(Of).ToList();
        return new(path, model.ClassName, networks,
            [.. model.Parts.Where(part => !part.IsNetwork).Select(part => part.ToString())],
            [.. model.Notes, .. networks.SelectMany(part => part.Weights.Notes.Select(note => $"{part.Name}: {note}"))]);
    }

    static PartReport Of(ModelPart part)
    {
        using var weights = part.OpenWeights();
        var summary = WeightSummary.Of(weights);
        var config = part.OpenConfig();
        // Loading reads either kind of names where there is a map.
        var view = NamedNetwork.Of(weights) is { IsOriginal: true } network
            ? network.View(weights, NameStyle.Library, config) : weights;
        using var store = new ParameterStore();
        var declared = KnownNetworks.Declare(part.ClassName, store.Root, config,
            [.. view.Entries.Select(entry => entry.Name)]);
        if (declared is null)
            return new(part.Name, part.ClassName, null, weights.Entries
                .Where(entry => entry.Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32
                    or SafetensorsType.F64).Sum(entry => entry.ElementCount), summary, 0,
                ["the class is not known: " + CheckpointException.Printable(part.ClassName)]);
        return new(part.Name, part.ClassName, declared.Architecture, store.Count, summary,
            view.Entries.Count(entry => declared.Rename(entry.Name) is null), [.. Problems(store, view, declared)]);
    }

    static IEnumerable<string> Problems(ParameterStore store, IWeightSource weights, DeclaredNetwork declared)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        List<string> unused = [], unfit = [];
        foreach (var entry in weights.Entries)
        {
            if (declared.Rename(entry.Name) is not { } path)
                continue;
            if (!store.Contains(path))
                unused.Add(entry.Name);
            else if (taken.Add(path) && !entry.Shape.AsSpan()
                .SequenceEqual([.. store[path].CheckpointShape.Select(length => (long)length)]))
                unfit.Add($"{path} (expected {store[path].CheckpointShape}, found {entry.ShapeText})");
        }
        List<string> missing = [.. store.Parameters.Select(parameter => parameter.Path)
            .Where(path => !taken.Contains(path))];
        foreach (var (what, names) in new[] { ("missing", missing), ("unused", unused), ("of another shape", unfit) })
        {
            if (names.Count > 0)
                yield return $"{names.Count} {what}: " + string.Join(", ", names.Take(ShownNames)
                    .Select(name => CheckpointException.Printable(name))) + (names.Count > ShownNames ? ", …" : "");
        }
    }
}
