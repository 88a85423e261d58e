namespace SuTI.Engine.Layers;

/// <summary>A tensor that a network learns: declared by shape, given memory when its values are first needed.</summary>
public sealed class Parameter
{
    readonly ParameterStore _store;
    Tensor? _value;
    bool _isFrozen;

    internal Parameter(ParameterStore store, string path, Shape shape, Initialiser initialiser, CheckpointLayout layout)
    {
        _store = store;
        Path = path;
        Shape = shape;
        Initialiser = initialiser;
        Layout = layout;
    }

    /// <summary>Its name in checkpoints: unet.down_blocks.0.resnets.0.conv1.weight.</summary>
    public string Path { get; }

    /// <summary>In the engine's layout.</summary>
    public Shape Shape { get; }

    /// <summary>As checkpoints store it.</summary>
    public Shape CheckpointShape => Layout.FileShape(Shape);

    public CheckpointLayout Layout { get; }

    public Initialiser Initialiser { get; }

    public DType DType => _store.DType;

    public Device Device => _store.Device;

    /// <summary>Whether it has memory and values yet.</summary>
    public bool IsAllocated => _value is not null;

    /// <summary>Whether it is left out of training: its <see cref="Value"/> takes no gradient.</summary>
    public bool IsFrozen
    {
        get => _isFrozen;
        set
        {
            _isFrozen = value;
            if (_value is not null)
                _value.RequiresGradient = !value;
        }
    }

    /// <summary>The leaf that ops take. It belongs to the store: scopes do not release it.</summary>
    /// <exception cref="LifetimeException">The store has been disposed of.</exception>
    /// <exception cref="DeviceMemoryException">There is not enough memory.</exception>
    public Tensor Value
    {
        get
        {
            if (_value is null)
                Initialiser.Fill(Memory(), _store.Seed, Path);
            return _value!;
        }
    }

    /// <summary>What backward passes have gathered since it was last cleared; null before.</summary>
    public Tensor? Gradient => _value?.Gradient;

    /// <summary>Overwrites the values; f32 and f64 are converted.</summary>
    /// <exception cref="ShapeException"><paramref name="source"/> has another shape.</exception>
    public void Set(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape != Shape)
            throw new ShapeException($"parameter {Path}", "is set from another shape", Shape.ToString(),
                source.Shape.ToString());
        using var scope = TensorScope.Open("set");
        using var noGradient = GradientMode.Disable();
        Memory().Assign(source.Cast(DType));
    }

    public void ClearGradient() => _value?.ClearGradient();

    public override string ToString() => $"{Path} {DType.Label()}{Shape}{(IsFrozen ? " frozen" : "")}";

    /// <summary>Its tensor, uninitialised if it had none.</summary>
    internal Tensor Memory()
    {
        _store.CheckAlive(Path);
        return _value ??= Create();

        Tensor Create()
        {
            var tensor = Tensor.Unowned(Shape, DType, Device, $"{_store.Purpose} {Path}");
            tensor.RequiresGradient = !IsFrozen;
            return tensor;
        }
    }

    internal void Release()
    {
        _value?.Dispose();
        _value = null;
    }
}
