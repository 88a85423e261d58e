using System.Collections.Immutable;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>Collects the plans of one map, and the names it does not know.</summary>
sealed class PlanBuilder
{
    const int ShownNames = 20;

    readonly IWeightSource _source;
    readonly List<TensorPlan> _plans = [];
    readonly List<string> _unknown = [];

    /// <param name="prefix">Of the source's names that belong to the map.</param>
    public PlanBuilder(IWeightSource source, string prefix)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(prefix);
        _source = source;
        Prefix = prefix;
        Names = [.. source.Entries.Select(entry => entry.Name)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..])];
    }

    public string Prefix { get; }

    /// <summary>Without the prefix.</summary>
    public IReadOnlyList<string> Names { get; }

    public bool Has(string name) => _source.Find(Prefix + name) is not null;

    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public ImmutableArray<long> Shape(string name) => (_source.Find(Prefix + name)
        ?? throw new CheckpointException(_source.Path, "the tensor is needed to tell how the model is built",
            tensor: Prefix + name)).Shape;

    /// <summary>The tensor as it is.</summary>
    public void Whole(string target, string name) => _plans.Add(new(target, Prefix + name));

    /// <summary>A matrix as a convolution over single pixels of that many axes.</summary>
    public void Convolution(string target, string name, int axes)
    {
        var shape = Shape(name);
        if (shape.Length == 2)
            _plans.Add(new(target, Prefix + name, [.. shape, .. Enumerable.Repeat(1L, axes)]));
        else
            Whole(target, name);
    }

    /// <summary>A convolution over single pixels as the matrix that it is.</summary>
    public void Matrix(string target, string name)
    {
        var shape = Shape(name);
        if (shape.Length > 2 && shape[2..].All(length => length == 1))
            _plans.Add(new(target, Prefix + name, shape[..2]));
        else
            Whole(target, name);
    }

    /// <summary>A matrix with its axes exchanged.</summary>
    public void Transposed(string target, string name)
    {
        var shape = Shape(name);
        if (shape is not [long rows, long columns])
            throw Misfit(name, "a matrix", shape);
        _plans.Add(new(target, Prefix + name, null, StridedView.Transposed(rows, columns)));
    }

    /// <summary>Each of several equal parts of the first axis, under a name of its own.</summary>
    public void Split(string name, params string[] targets) => Interleaved(name, 0, targets);

    /// <summary>
    /// The same where the parts alternate in blocks of <paramref name="block"/> rows: q, k and v of one head after the
    /// other. 0 for parts in one piece.
    /// </summary>
    public void Interleaved(string name, long block, params string[] targets)
    {
        var shape = Shape(name);
        long width = shape.Length < 2 ? 1 : shape[1];
        if (shape.Length == 0 || (shape.Length > 2 && shape[2..].Any(length => length != 1))
            || shape[0] % targets.Length != 0)
            throw Misfit(name, $"rows that divide by {targets.Length}", shape);
        long rows = shape[0] / targets.Length;
        if (block == 0)
            block = rows;
        if (rows % block != 0)
            throw Misfit(name, $"{targets.Length} parts of rows that divide by {block}", shape);
        ImmutableArray<long> part = shape.Length < 2 ? [rows] : [rows, width];
        for (int i = 0; i < targets.Length; i++)
        {
            _plans.Add(new(targets[i], Prefix + name, part, new StridedView(i * block * width,
                [rows / block, block * width], [targets.Length * block * width, 1])));
        }
    }

    public void Unknown(string name) => _unknown.Add(Prefix + name);

    /// <param name="model">What the names were taken for.</param>
    /// <exception cref="CheckpointException">Names that the map does not know, all of them.</exception>
    public IReadOnlyList<TensorPlan> Finish(string model)
    {
        if (_unknown.Count == 0)
            return _plans;
        string more = _unknown.Count > ShownNames ? $", and {_unknown.Count - ShownNames} more" : "";
        throw new CheckpointException(Path.GetFullPath(_source.Path), $"all names must be those of {model}", null,
            string.Join(", ", _unknown.Take(ShownNames).Select(name => CheckpointException.Printable(name))) + more);
    }

    CheckpointException Misfit(string name, string expected, ImmutableArray<long> shape)
        => new(_source.Path, "a tensor that is divided must have the shape for it", expected,
            $"[{string.Join(", ", shape)}]", Prefix + name);
}
