using SuTI.Engine.Catalogue;

namespace SuTI.Engine;

/// <summary>
/// One application of an operation: its parameters, its forward and its backward. When an input needs a gradient the object
/// stays as a node of the recorded graph and holds what backward needs.
/// </summary>
/// <remarks>
/// Adding an op: a class here, a method on <see cref="Tensor"/>, abstract methods on <see cref="Device"/> with their kernels, and
/// a case of the catalogue. Nodes are counted: handles of the result and later nodes hold them, and the last one to go frees what was saved.
/// </remarks>
public abstract class Op
{
    static long s_sequence;

    [ThreadStatic]
    static Stack<Op>? s_stack;

    Edge[] _edges = [];
    List<Saved>? _saved;
    int _references;

    /// <summary>As in messages, profiles and the catalogue: group_norm.</summary>
    public abstract string Name { get; }

    /// <summary>Position in the order of application; the reverse walk runs from high to low.</summary>
    internal long Sequence { get; private set; }

    internal bool IsConsumed { get; private set; }

    internal ReadOnlySpan<Edge> Edges => _edges;

    /// <summary>The gradient that has arrived for the result so far.</summary>
    internal Tensor? Pending { get; set; }

    /// <summary>Record even if no input needs a gradient: the op reaches leaves by itself.</summary>
    protected virtual bool AlwaysRecords => false;

    /// <summary>Applies <paramref name="op"/>: the one door through which every op passes.</summary>
    /// <exception cref="DeviceMismatchException">The inputs lie on different devices.</exception>
    /// <exception cref="LifetimeException">An input's scope has closed.</exception>
    public static Tensor Apply(Op op, params ReadOnlySpan<Tensor> inputs)
    {
        var device = inputs[0].Device;
        bool record = op.AlwaysRecords;
        foreach (var input in inputs)
        {
            input.CheckAlive($"give to {op.Name}");
            if (input.Device != device)
                throw new DeviceMismatchException(op.Name, "takes inputs on one device", device.Name, input.Device.Name);
            record |= input.NeedsGradient;
        }
        record &= GradientMode.IsEnabled;
        op.IsRecording = record;
        Tensor result;
        using (var scope = TensorScope.Open(op.Name))
        {
            var mark = OpObserver.Begin();
            using (GradientMode.Disable())
                result = op.Forward(inputs);
            if (result.Scope != scope)
                result = result.View(result.Shape, result.Strides, result.Offset);
            scope.Keep(result);
            OpObserver.End(op, result, mark, isBackward: false);
        }
        if (ResultRounding.IsActive)
            ResultRounding.Apply(result);
        if (record && result.DType.IsFloatingPoint())
            op.Record(inputs, result);
        else
            op.ReleaseSaved();
        // Now that the result owns what was saved: thrown earlier, the guard's exception would leave it alive.
        if (NonFiniteGuard.IsEnabled)
            NonFiniteGuard.Check(result, op.Name, inputs);
        return result;
    }

    internal void Retain() => _references++;

    internal void Release()
    {
        if (--_references == 0)
            Free(this);
    }

    /// <exception cref="GradientException">A saved value was changed after it was saved.</exception>
    internal void CheckSaved()
    {
        foreach (var saved in _saved ?? [])
        {
            if (saved.Alias.Storage.Version != saved.Version)
                throw new GradientException(Name, "a value that its gradient needs was changed after the forward pass",
                    "Backward before the change", $"a changed {saved.Alias.DType.Label()}{saved.Alias.Shape}");
        }
    }

    internal void Consume()
    {
        IsConsumed = true;
        Free(this);
    }

    /// <summary>Checks the inputs, allocates the result and fills it. What is born here dies at once unless it is returned or saved.</summary>
    protected internal abstract Tensor Forward(ReadOnlySpan<Tensor> inputs);

    /// <summary>Gives <paramref name="into"/> the gradient of every input that needs one.</summary>
    /// <param name="dy">The gradient of the result: its shape, contiguous.</param>
    protected internal abstract void Backward(Tensor dy, Gradients into);

    /// <summary>Whether Backward may come, so that saving is worth it; decided before Forward.</summary>
    protected bool IsRecording { get; private set; }

    /// <summary>Keeps a tensor for Backward; null when nothing is being recorded.</summary>
    protected Tensor? Save(Tensor tensor)
    {
        if (!IsRecording)
            return null;
        var alias = tensor.Alias();
        (_saved ??= []).Add(new(alias, tensor.Storage.Version));
        return alias;
    }

    void Record(ReadOnlySpan<Tensor> inputs, Tensor result)
    {
        Sequence = Interlocked.Increment(ref s_sequence);
        _edges = new Edge[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            input.Producer?.Retain();
            _edges[i] = new(input.Shape, input.DType, input.Device, input.Producer, input.Leaf);
        }
        result.Producer = this;
    }

    void ReleaseSaved()
    {
        foreach (var saved in _saved ?? [])
            saved.Alias.ReleaseHandle();
        _saved = null;
    }

    // With an explicit stack: a chain of ops may be longer than the call stack is deep.
    static void Free(Op first)
    {
        var stack = s_stack ?? new();
        s_stack = null;
        stack.Push(first);
        while (stack.TryPop(out var op))
        {
            op.ReleaseSaved();
            op.Pending?.ReleaseHandle();
            op.Pending = null;
            var edges = op._edges;
            op._edges = [];
            foreach (var edge in edges)
            {
                if (edge.Producer is { } producer && --producer._references == 0)
                    stack.Push(producer);
            }
        }
        s_stack = stack;
    }

    readonly record struct Saved(Tensor Alias, int Version);
}
