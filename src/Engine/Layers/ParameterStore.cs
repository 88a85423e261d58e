namespace SuTI.Engine.Layers;

/// <summary>
/// The parameters of a network, addressed by the paths that checkpoints use. Layers declare them when they are built;
/// memory and values come with <see cref="Allocate"/>, with <see cref="Load(string, CheckpointLoadOptions?)"/>, or when
/// a value is first used.
/// </summary>
/// <remarks>It owns the values and their gradients until it is disposed of. Not for several threads at once.</remarks>
public sealed partial class ParameterStore : IDisposable
{
    readonly List<Parameter> _parameters = [];
    readonly Dictionary<string, Parameter> _byPath = new(StringComparer.Ordinal);
    bool _disposed;

    /// <param name="device">Where the values lie; by default the processor.</param>
    /// <param name="dtype">f32 or f64.</param>
    /// <exception cref="DTypeException">Not an element type that gradients are computed in.</exception>
    public ParameterStore(Device? device = null, DType dtype = DType.Float32)
    {
        if (!(device ?? Device.Cpu).Computes(dtype))
            throw new DTypeException("parameter store", "parameters are kept in a type that the engine computes in",
                "f32 or f64", dtype.Label());
        Device = device ?? Device.Cpu;
        DType = dtype;
        Root = new(this, "");
    }

    public Device Device { get; }

    public DType DType { get; }

    /// <summary>The scope of the empty path.</summary>
    public ParameterScope Root { get; }

    /// <summary>All parameters in the order of their declaration.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The parameters that are not frozen.</summary>
    public IEnumerable<Parameter> Trainable => _parameters.Where(parameter => !parameter.IsFrozen);

    /// <summary>The number of learnable numbers, from the shapes alone: nothing is allocated for it.</summary>
    public long Count => _parameters.Sum(parameter => parameter.Shape.Length);

    internal ulong Seed { get; private set; }

    /// <summary>What its memory is for, as the ledger and profiles tell it.</summary>
    internal string Purpose { get; init; } = "parameter";

    /// <exception cref="SutiException">No parameter has this path.</exception>
    public Parameter this[string path] => _byPath.TryGetValue(path, out var parameter)
        ? parameter
        : throw new SutiException("parameter store", "has no such path", $"one of {_parameters.Count} declared paths",
            $"'{path}'");

    /// <summary>
    /// An empty copy: the same paths, shapes and layouts on the same device, frozen and without values.
    /// </summary>
    /// <param name="dtype">Of the copy; by default as the other.</param>
    public static ParameterStore WithPathsOf(ParameterStore other, DType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(other);
        var store = new ParameterStore(other.Device, dtype ?? other.DType);
        foreach (var parameter in other._parameters)
            store.Declare(parameter.Path, parameter.Shape, parameter.Initialiser, parameter.Layout).IsFrozen = true;
        return store;
    }

    public bool Contains(string path) => _byPath.ContainsKey(path);

    /// <summary>Gives memory and initial values to every parameter that has none yet.</summary>
    /// <param name="seed">
    /// A parameter's values depend on it and on the path, and on nothing else. Without this call, 0.
    /// </param>
    public void Allocate(ulong seed)
    {
        Seed = seed;
        foreach (var parameter in _parameters)
            _ = parameter.Value;
    }

    /// <summary>Leaves the parameters whose paths begin with <paramref name="prefix"/> out of training.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="SutiException">There are none: a misspelt prefix would train what it should not.</exception>
    public int Freeze(string prefix) => SetFrozen(prefix, true);

    /// <summary>Undoes <see cref="Freeze"/>.</summary>
    /// <inheritdoc cref="Freeze"/>
    public int Unfreeze(string prefix) => SetFrozen(prefix, false);

    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
            parameter.ClearGradient();
    }

    /// <summary>
    /// Overwrites every value with that of the same path in <paramref name="other"/>, which may have more paths.
    /// </summary>
    /// <exception cref="SutiException">
    /// Paths that <paramref name="other"/> lacks or has in another shape; nothing is copied then.
    /// </exception>
    public void CopyFrom(ParameterStore other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var misfits = _parameters
            .Where(p => !other._byPath.TryGetValue(p.Path, out var twin) || twin.Shape != p.Shape
                || twin.Device != p.Device)
            .Select(p => other._byPath.TryGetValue(p.Path, out var twin) ? $"{p} against {twin} on {twin.Device}"
                : $"{p.Path} missing")
            .ToList();
        if (misfits.Count > 0)
            throw new SutiException("parameter store",
                "copies from a store that has all its paths, in their shapes, on its device", null,
                string.Join("; ", misfits));
        foreach (var parameter in _parameters)
            parameter.Set(other._byPath[parameter.Path].Value);
    }

    /// <summary>Releases all values and gradients.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var parameter in _parameters)
            parameter.Release();
    }

    internal Parameter Declare(string path, Shape shape, Initialiser initialiser, CheckpointLayout layout)
    {
        CheckAlive(path);
        var parameter = new Parameter(this, path, shape, initialiser, layout);
        if (!_byPath.TryAdd(path, parameter))
            throw new SutiException($"parameter {path}", "is declared twice", "one declaration of a path",
                $"{_byPath[path].Shape}, then {shape}");
        _parameters.Add(parameter);
        return parameter;
    }

    internal void CheckAlive(string path)
    {
        if (_disposed)
            throw new LifetimeException($"parameter {path}", "is used after its store was disposed of");
    }

    int SetFrozen(string prefix, bool frozen)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        int count = 0;
        foreach (var parameter in _parameters)
        {
            if (!parameter.Path.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            parameter.IsFrozen = frozen;
            count++;
        }
        if (count == 0 && prefix.Length > 0)
            throw new SutiException("parameter store", "no path begins with this prefix", null, $"'{prefix}'");
        return count;
    }
}
