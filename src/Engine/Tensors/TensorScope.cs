namespace SuTI.Engine;

/// <summary>
/// The lifetime of tensors: what is born while a scope is the innermost one dies when it closes, unless it is kept. Scopes nest and
/// belong to one thread.
/// </summary>
/// <example><code>
/// using var scope = TensorScope.Open("step");
/// Tensor loss = model.Loss(batch);    // gone at the closing brace
/// </code></example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    static TensorScope? s_current;

    readonly TensorScope? _parent;
    readonly List<Tensor> _tensors = [];
    bool _closed;

    TensorScope(string name, TensorScope? parent)
    {
        Name = name;
        _parent = parent;
    }

    public string Name { get; }

    /// <summary>The names of this scope and those around it: step/unet/attention.</summary>
    public string Path => _parent is null ? Name : $"{_parent.Path}/{Name}";

    /// <summary>Tensors that this scope will release.</summary>
    public int Count => _tensors.Count;

    internal static TensorScope? Current => s_current;

    public static TensorScope Open(string name = "scope")
    {
        if (Ranges.IsActive)
            Ranges.Push(name);
        return s_current = new(name, s_current);
    }

    /// <summary>Moves a tensor of this scope to the one around it, or, from the outermost scope, to nobody: see <see cref="Tensor.Dispose"/>.</summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="LifetimeException">The scope or the tensor is closed.</exception>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (_closed)
            throw new LifetimeException($"scope {Name}", "keeps a tensor after it has closed");
        tensor.CheckAlive("keep");
        if (tensor.Scope != this)
            return tensor; // it belongs further out already
        Forget(tensor);
        tensor.Scope = _parent;
        _parent?._tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Releases what was born here and not kept.</summary>
    /// <exception cref="LifetimeException">A scope opened inside this one is still open.</exception>
    public void Dispose()
    {
        if (_closed)
            return;
        if (s_current != this)
            throw new LifetimeException($"scope {Name}", "closes before the scopes inside it, or on another thread",
                Name, s_current?.Path ?? "no open scope");
        _closed = true;
        s_current = _parent;
        // Newest first: the block handed out last is the warmest, and is handed out again first.
        for (int i = _tensors.Count - 1; i >= 0; i--)
            _tensors[i].ReleaseHandle();
        _tensors.Clear();
        if (Ranges.IsActive)
            Ranges.Pop();
    }

    /// <summary>Whether this scope or one around it has the name.</summary>
    internal bool IsWithin(string name)
    {
        for (var at = this; at is not null; at = at._parent)
        {
            if (at.Name == name)
                return true;
        }
        return false;
    }

    internal static TensorScope Require(string subject)
        => s_current ?? throw new LifetimeException(subject, "no TensorScope is open on this thread",
            "using var scope = TensorScope.Open(…)", "none");

    internal void Adopt(Tensor tensor)
    {
        tensor.Scope = this;
        _tensors.Add(tensor);
    }

    internal void Forget(Tensor tensor)
    {
        int index = _tensors.LastIndexOf(tensor);
        _tensors.RemoveAt(index);
    }
}
