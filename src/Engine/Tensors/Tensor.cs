using System.Globalization;

namespace SuTI.Engine;

/// <summary>
/// An n-dimensional array on a device: a shape and strides over shared storage. Values never change after birth, except those of
/// parameters. Each op adds its own method to this class, in its own file.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    Storage? _storage;
    Op? _producer;

    internal Tensor(Storage storage, Shape shape, Strides strides, long offset, DType dtype)
    {
        _storage = storage;
        Shape = shape;
        Strides = strides;
        Offset = offset;
        DType = dtype;
        Device = storage.Device;
    }

    public Shape Shape { get; }

    /// <summary>In elements.</summary>
    public Strides Strides { get; }

    public DType DType { get; }

    public Device Device { get; }

    /// <summary>Whether the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous => Strides.AreRowMajor(Shape);

    /// <summary>Whether this tensor can still be used.</summary>
    public bool IsAlive => _storage is not null;

    /// <summary>Where the first element lies in the storage, in elements.</summary>
    internal long Offset { get; }

    internal TensorScope? Scope { get; set; }

    internal Storage Storage => _storage ?? throw Closed("use");

    /// <summary>The op whose result this is, if a gradient can flow through it.</summary>
    internal Op? Producer
    {
        get => _producer;
        set
        {
            value?.Retain();
            _producer?.Release();
            _producer = value;
        }
    }

    /// <summary>Uninitialised memory.</summary>
    /// <exception cref="DeviceMemoryException">There is not enough memory.</exception>
    /// <exception cref="LifetimeException">No scope is open.</exception>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32, Device? device = null)
    {
        var scope = TensorScope.Require("tensor");
        var tensor = Unowned(shape, dtype, device ?? Device.Cpu, scope.Name);
        scope.Adopt(tensor);
        return tensor;
    }

    /// <summary>A tensor of the values of <paramref name="values"/>, in row-major order.</summary>
    /// <exception cref="ShapeException">The number of values differs from the number of elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, Device? device = null) where T : unmanaged
    {
        if (values.Length != shape.Length)
            throw new ShapeException("tensor", "the values do not fill the shape",
                string.Create(CultureInfo.InvariantCulture, $"{shape.Length} values for {shape}"),
                values.Length.ToString(CultureInfo.InvariantCulture));
        var tensor = Empty(shape, DTypes.Of<T>(), device);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, Device?)"/>
    public static Tensor From<T>(T[] values, Shape shape, Device? device = null) where T : unmanaged
        => From((ReadOnlySpan<T>)values, shape, device);

    /// <summary>A tensor of one number.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32, Device? device = null)
        => Full(Shape.Scalar, value, dtype, device);

    /// <summary>Gives the memory back before the scope closes; for tensors kept out of the outermost scope, the only way.</summary>
    public void Dispose()
    {
        if (_storage is null)
            return;
        Scope?.Forget(this);
        ReleaseHandle();
    }

    /// <summary>The elements in row-major order; waits for the device.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the managed form of this element type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        Require<T>("to array");
        using var scope = TensorScope.Open("to array");
        var source = ContiguousValues();
        T[] values = GC.AllocateUninitializedArray<T>(checked((int)Shape.Length));
        Device.Download(source.Storage, source.Offset * DType.Size(), System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>The single element, as a double; waits for the device.</summary>
    /// <exception cref="ShapeException">There is more than one element, or none.</exception>
    public double Item()
    {
        if (Shape.Length != 1)
            throw new ShapeException("item", "reads one element", "a tensor of 1 element", Shape.ToString());
        return ToDoubles()[0];
    }

    /// <summary>The elements in row-major order, widened to double; waits for the device.</summary>
    public double[] ToDoubles()
    {
        using var scope = TensorScope.Open("to doubles");
        using var noGrad = GradientMode.Disable();
        return To(Device.Cpu).Cast(DType.Float64).ToArray<double>();
    }

    public override string ToString()
        => $"{DType.Label()}{Shape}{(IsAlive ? "" : " (closed)")}";

    /// <summary>A tensor that no scope will release.</summary>
    internal static Tensor Unowned(Shape shape, DType dtype, Device device, string origin)
    {
        long bytes;
        try
        {
            bytes = checked(shape.Length * dtype.Size());
        }
        catch (OverflowException)
        {
            throw new ShapeException("tensor", "has more bytes than can be counted", "a size below 2^63", shape.ToString());
        }
        return new(device.Allocate(bytes, origin), shape, Strides.RowMajor(shape), 0, dtype);
    }

    /// <summary>Another handle on the same elements, which the caller owns and must release.</summary>
    internal Tensor Alias()
    {
        Storage.Retain();
        return new(Storage, Shape, Strides, Offset, DType);
    }

    /// <summary>A view that the current scope owns.</summary>
    internal Tensor View(Shape shape, Strides strides, long offset)
    {
        var storage = Storage;
        var scope = TensorScope.Require("view");
        storage.Retain();
        var view = new Tensor(storage, shape, strides, offset, DType);
        scope.Adopt(view);
        return view;
    }

    internal void ReleaseHandle()
    {
        var storage = _storage;
        if (storage is null)
            return;
        _storage = null;
        Scope = null;
        ReleaseLeaf();
        Producer = null;
        storage.Release();
    }

    internal void CheckAlive(string use)
    {
        if (_storage is null)
            throw Closed(use);
    }

    /// <summary>The elements of a contiguous tensor as the kernels take them.</summary>
    internal unsafe Span<T> Span<T>() where T : unmanaged
    {
        System.Diagnostics.Debug.Assert(IsContiguous, "kernels take contiguous elements");
        return new((T*)Storage.Address + Offset, KernelLength(Shape.Length));
    }

    /// <summary>A part of the bytes of a contiguous tensor in the host's memory.</summary>
    internal unsafe Span<byte> Bytes(long offset, int count)
    {
        System.Diagnostics.Debug.Assert(IsContiguous && Device is CpuDevice, "bytes are read where the host can");
        return new((byte*)Storage.Address + (Offset * DType.Size()) + offset, count);
    }

    /// <summary>From the first element of a strided tensor to its last, gaps included.</summary>
    internal unsafe Span<T> StridedSpan<T>() where T : unmanaged
    {
        long extent = Shape.Length == 0 ? 0 : 1;
        for (int axis = 0; axis < Shape.Rank && extent > 0; axis++)
            extent += (Shape[axis] - 1) * Strides[axis];
        return new((T*)Storage.Address + Offset, KernelLength(extent));
    }

    /// <summary>Overwrites a contiguous tensor from the host.</summary>
    internal void CopyFrom<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        Require<T>("copy");
        Device.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values), Storage, Offset * DType.Size());
        Storage.MarkChanged();
    }

    void Require<T>(string subject) where T : unmanaged
    {
        var wanted = DTypes.Of<T>();
        bool fits = wanted == DType || (wanted is DType.UInt8 or DType.Bool && DType is DType.UInt8 or DType.Bool);
        if (!fits)
            throw new DTypeException(subject, "the managed type is not that of the elements", DType.Label(), wanted.Label());
    }

    int KernelLength(long length)
        => length <= int.MaxValue ? (int)length : throw new ShapeException("cpu", "is too large for one kernel",
            $"at most {int.MaxValue} elements", $"{length} of {Shape}");

    LifetimeException Closed(string use)
        => new($"tensor {DType.Label()}{Shape}", $"cannot {use} it: its scope has closed", "an open scope, or Keep", "a closed one");
}
