namespace SuTI.Engine.IO;

/// <summary>How one tensor is made of a stored one.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Source">The stored tensor's name.</param>
/// <param name="Shape">Its shape; null for that of the stored tensor.</param>
/// <param name="View">Its elements, if they are not all of the stored ones in their order.</param>
public sealed record TensorPlan(string Target, string Source,
    System.Collections.Immutable.ImmutableArray<long>? Shape = null,
    StridedView? View = null);

/// <summary>
/// A source under other names: some of its tensors, whole, reshaped, or parts of them. Nothing is copied.
/// </summary>
public sealed class WeightView : IWeightSource
{
    readonly IWeightSource _source;
    readonly bool _owns;
    readonly List<WeightEntry> _entries = [];
    readonly Dictionary<string, (WeightEntry Entry, string Source, StridedReader? Reader)> _tensors =
        new(StringComparer.Ordinal);
    readonly List<string> _notes;

    WeightView(IWeightSource source, bool owns, IEnumerable<string> notes)
    {
        _source = source;
        _owns = owns;
        _notes = [.. source.Notes, .. notes];
    }

    public string Path => _source.Path;

    public IReadOnlyList<WeightEntry> Entries => _entries;

    public IReadOnlyList<string> Notes => _notes;

    public bool ChecksDigests => _source.ChecksDigests;

    /// <param name="source">Is disposed of with the view if <paramref name="owns"/>.</param>
    /// <param name="notes">Are added to those of the source.</param>
    /// <exception cref="CheckpointException">
    /// A plan for a tensor that is not there, of elements it does not have, or two plans of one name.
    /// </exception>
    public static WeightView Of(IWeightSource source, IEnumerable<TensorPlan> plans, bool owns = false,
        IEnumerable<string>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(plans);
        var view = new WeightView(source, owns, notes ?? []);
        foreach (var plan in plans)
            view.Add(plan);
        return view;
    }

    /// <summary>The tensors whose names begin with <paramref name="prefix"/>, by the rest of their names.</summary>
    internal static WeightView Under(IWeightSource source, string prefix) => Of(source, source.Entries
        .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(entry => new TensorPlan(entry.Name[prefix.Length..], entry.Name)), owns: true);

    public WeightEntry? Find(string name) => _tensors.TryGetValue(name, out var found) ? found.Entry : null;

    public string FileWith(string name) => _source.FileWith(Tensor(name).Source);

    /// <summary>The stored tensor's name.</summary>
    /// <exception cref="CheckpointException">There is no tensor of that name.</exception>
    public string SourceOf(string name) => Tensor(name).Source;

    public void ReadInto(string name, long offset, Span<byte> destination)
    {
        var (entry, source, reader) = Tensor(name);
        if (offset < 0 || offset > entry.ByteCount - destination.Length)
            throw new CheckpointException(Path, "the part must lie within the tensor", $"0 to {entry.ByteCount}",
                $"{offset} to {(Int128)offset + destination.Length}", name);
        if (reader is null)
            _source.ReadInto(source, offset, destination);
        else
            reader.ReadInto(offset, destination);
    }

    public int VerifyDigests() => _source.VerifyDigests();

    public void Dispose()
    {
        if (_owns)
            _source.Dispose();
    }

    (WeightEntry Entry, string Source, StridedReader? Reader) Tensor(string name)
        => _tensors.TryGetValue(name, out var found) ? found
            : throw new CheckpointException(Path, "the tensor must be in the file", found: $"{_entries.Count} others",
                tensor: name);

    void Add(TensorPlan plan)
    {
        var stored = _source.Find(plan.Source) ?? throw new CheckpointException(Path,
            $"the tensor is needed for '{CheckpointException.Printable(plan.Target)}'", found: "none",
                tensor: plan.Source);
        var entry = new WeightEntry(plan.Target, stored.Type, plan.Shape ?? plan.View?.Sizes ?? stored.Shape);
        if (entry.ElementCount != (plan.View?.Count ?? stored.ElementCount)
            || (plan.View is { } view && !view.Fits(stored.ElementCount)))
            throw new CheckpointException(Path,
                $"the tensor must have the elements of '{CheckpointException.Printable(plan.Target)}'",
                entry.ShapeText, stored.ShapeText, plan.Source);
        var reader = plan.View is null ? null : new StridedReader(plan.View, stored.Type.ElementBytes(),
            (offset, destination) => _source.ReadInto(plan.Source, offset, destination));
        if (!_tensors.TryAdd(plan.Target, (entry, plan.Source, reader)))
            throw new CheckpointException(Path, "two tensors would have one name",
                found: CheckpointException.Printable($"'{_tensors[plan.Target].Source}' and '{plan.Source}'"),
                tensor: plan.Target);
        _entries.Add(entry);
    }
}
