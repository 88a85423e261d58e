using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>How one tensor is made of several, along their first axis.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Parts">Stored tensors of one type and shape.</param>
/// <param name="Block">
/// Rows that each part gives in turn: those of a head, where queries, keys and values alternate head by head. 0 for
/// whole parts one after the other.
/// </param>
public sealed record JoinPlan(string Target, IReadOnlyList<string> Parts, long Block = 0);

/// <summary>
/// A source some of whose tensors stand as one; the others are there as they were. Nothing is copied.
/// </summary>
public sealed class JoinedWeights : IWeightSource
{
    readonly IWeightSource _source;
    readonly List<WeightEntry> _entries = [];
    readonly Dictionary<string, (WeightEntry Entry, JoinPlan? Plan)> _tensors = new(StringComparer.Ordinal);

    JoinedWeights(IWeightSource source) => _source = source;

    public string Path => _source.Path;

    public IReadOnlyList<WeightEntry> Entries => _entries;

    public IReadOnlyList<string> Notes => _source.Notes;

    public bool ChecksDigests => _source.ChecksDigests;

    /// <param name="source">Is not disposed of with this.</param>
    /// <exception cref="CheckpointException">
    /// Parts that are not there, that differ in type or shape or do not divide into blocks, or two tensors of one name.
    /// </exception>
    public static JoinedWeights Of(IWeightSource source, IEnumerable<JoinPlan> plans)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(plans);
        var joined = new JoinedWeights(source);
        var all = plans.ToList();
        var parts = all.SelectMany(plan => plan.Parts).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in source.Entries.Where(entry => !parts.Contains(entry.Name)))
            joined.Add(entry, null);
        foreach (var plan in all)
            joined.Add(joined.Joined(plan), plan);
        return joined;
    }

    public WeightEntry? Find(string name) => _tensors.TryGetValue(name, out var found) ? found.Entry : null;

    public string FileWith(string name)
    {
        var (_, plan) = Tensor(name);
        return _source.FileWith(plan is null ? name : plan.Parts[0]);
    }

    public void ReadInto(string name, long offset, Span<byte> destination)
    {
        var (entry, plan) = Tensor(name);
        if (plan is null)
        {
            _source.ReadInto(name, offset, destination);
            return;
        }
        if (offset < 0 || offset > entry.ByteCount - destination.Length)
            throw new CheckpointException(Path, "the part must lie within the tensor", $"0 to {entry.ByteCount}",
                $"{offset} to {(Int128)offset + destination.Length}", name);
        long rows = entry.Shape[0] / plan.Parts.Count;
        while (!destination.IsEmpty)
        {
            long blockBytes = entry.ByteCount / entry.Shape[0] * (plan.Block == 0 ? rows : plan.Block);
            long block = offset / blockBytes, within = offset % blockBytes;
            var piece = destination[..(int)Math.Min(blockBytes - within, destination.Length)];
            _source.ReadInto(plan.Parts[(int)(block % plan.Parts.Count)],
                (block / plan.Parts.Count * blockBytes) + within, piece);
            destination = destination[piece.Length..];
            offset += piece.Length;
        }
    }

    public int VerifyDigests() => _source.VerifyDigests();

    public void Dispose()
    {
    }

    (WeightEntry Entry, JoinPlan? Plan) Tensor(string name) => _tensors.TryGetValue(name, out var found) ? found
        : throw new CheckpointException(Path, "the tensor must be in the file", found: $"{_entries.Count} others",
            tensor: name);

    WeightEntry Joined(JoinPlan plan)
    {
        WeightEntry? first = null;
        foreach (string name in plan.Parts)
        {
            var part = _source.Find(name) ?? throw new CheckpointException(Path,
                $"the tensor is needed for '{CheckpointException.Printable(plan.Target)}'", found: "none",
                tensor: name);
            first ??= part;
            if (part.Type != first.Type || !part.Shape.AsSpan().SequenceEqual(first.Shape.AsSpan()))
                throw new CheckpointException(Path, "tensors that become one must be alike", first.ToString(),
                    part.ToString(), name);
        }
        if (first is null || first.Shape.Length == 0 || plan.Block < 0
            || (plan.Block > 0 && first.Shape[0] % plan.Block != 0))
            throw new CheckpointException(Path, "tensors that become one must have rows for it",
                plan.Block > 0 ? $"a multiple of {plan.Block}" : "an axis", first?.ShapeText ?? "no tensors",
                plan.Target);
        if (first.Shape[0] > long.MaxValue / plan.Parts.Count)
            throw new CheckpointException(Path, "the rows must be countable in 63 bits", null, first.ShapeText,
                plan.Target);
        ImmutableArray<long> shape = [first.Shape[0] * plan.Parts.Count, .. first.Shape[1..]];
        return new(plan.Target, first.Type, shape);
    }

    void Add(WeightEntry entry, JoinPlan? plan)
    {
        if (!_tensors.TryAdd(entry.Name, (entry, plan)))
            throw new CheckpointException(Path, "two tensors would have one name", tensor: entry.Name);
        _entries.Add(entry);
    }
}
