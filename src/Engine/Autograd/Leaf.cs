namespace SuTI.Engine;

/// <summary>Where the gradient of an input or parameter gathers. It outlives handles: ops refer to it, not to a tensor.</summary>
sealed class Leaf(Shape shape, DType dtype, Device device)
{
    internal Shape Shape { get; } = shape;

    internal DType DType { get; } = dtype;

    internal Device Device { get; } = device;

    /// <summary>Owned here; contiguous, and shared with nobody once a reverse walk is over.</summary>
    internal Tensor? Gradient { get; set; }

    /// <summary>Its tensor is gone: what still arrives is dropped.</summary>
    internal bool IsClosed { get; private set; }

    internal void Close()
    {
        Clear();
        IsClosed = true;
    }

    internal void Clear()
    {
        Gradient?.ReleaseHandle();
        Gradient = null;
    }
}
