using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order without gaps: this tensor if it is so already, else a copy.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Op.Apply(new CopyOp(), this);

    /// <summary>A contiguous copy.</summary>
    public Tensor Copy() => Op.Apply(new CopyOp(), this);

    /// <summary><see cref="Contiguous"/> without recording: for kernels.</summary>
    internal Tensor ContiguousValues()
    {
        if (IsContiguous)
            return this;
        var copy = Empty(Shape, DType, Device);
        Device.Copy(this, copy);
        return copy;
    }

    /// <summary>this += <paramref name="addend"/> (f32 or f64, same shape), whatever the strides of either.</summary>
    internal void AddInPlace(Tensor addend)
    {
        Device.Accumulate(addend, this);
        Storage.MarkChanged();
    }

    /// <summary>Overwrites this tensor with elements of the same shape and type, whatever the strides of either.</summary>
    internal void Assign(Tensor source)
    {
        if (source.Shape != Shape)
            throw new ShapeException("assign", "the shapes differ", Shape.ToString(), source.Shape.ToString());
        if (source.DType != DType)
            throw new DTypeException("assign", "the types differ", DType.Label(), source.DType.Label());
        Device.Copy(source, this);
        Storage.MarkChanged();
    }
}

sealed class CopyOp : Op
{
    public override string Name => "copy";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.Copy(x, y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into) => into.Add(0, dy);
}

public abstract partial class Device
{
    /// <summary>Copies elements between views of one shape and type.</summary>
    internal abstract void Copy(Tensor source, Tensor destination);

    /// <summary>destination += source, views of one shape and floating-point type.</summary>
    internal abstract void Accumulate(Tensor source, Tensor destination);
}

public sealed partial class CpuDevice
{
    internal override void Copy(Tensor source, Tensor destination)
    {
        switch (source.DType.Size())
        {
            case 1:
                Run<byte>();
                break;
            case 2:
                Run<ushort>();
                break;
            case 4:
                Run<uint>();
                break;
            default:
                Run<ulong>();
                break;
        }

        void Run<T>() where T : unmanaged
        {
            Span<long> from = stackalloc long[Shape.MaxRank], to = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = Layout(source, destination, sizes, from, to);
            CopyCpu.Copy<T>(Pool, source.StridedSpan<T>(), destination.StridedSpan<T>(), sizes[..rank], from[..rank], to[..rank]);
        }
    }

    internal override void Accumulate(Tensor source, Tensor destination)
    {
        if (!Computes(source.DType))
        {
            // Halves are storage here: gradients of casts gather in f32 and are rounded back.
            using var scope = TensorScope.Open("accumulate");
            var sum = destination.Cast(DType.Float32);
            Accumulate(source.Cast(DType.Float32), sum);
            Copy(sum.Cast(destination.DType), destination);
            return;
        }
        if (source.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            Span<long> from = stackalloc long[Shape.MaxRank], to = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = Layout(source, destination, sizes, from, to);
            CopyCpu.Accumulate<T>(Pool, source.StridedSpan<T>(), destination.StridedSpan<T>(), sizes[..rank], from[..rank], to[..rank]);
        }
    }

    static int Layout(Tensor source, Tensor destination, Span<int> sizes, Span<long> from, Span<long> to)
    {
        source.Shape.CopyTo(sizes);
        source.Strides.CopyTo(from);
        destination.Strides.CopyTo(to);
        return source.Shape.Rank;
    }
}
