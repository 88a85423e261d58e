using System.Globalization;
using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Standard normal numbers. The first axis counts samples; a scalar is one sample.</summary>
    /// <param name="firstSample">Number of the first sample: the second half of a batch of 8 begins at 4.</param>
    /// <param name="dtype">f32 or f64; both hold the same numbers, of float precision.</param>
    /// <exception cref="DTypeException">Another type.</exception>
    public static Tensor Normal(Shape shape, RandomKey key, uint firstSample = 0, DType dtype = DType.Float32,
        Device? device = null)
        => Random("normal", RandomKind.Normal, shape, key, firstSample, dtype, device);

    /// <summary>Numbers evenly spread over [0, 1). The first axis counts samples; a scalar is one sample.</summary>
    /// <inheritdoc cref="Normal"/>
    public static Tensor Uniform(Shape shape, RandomKey key, uint firstSample = 0, DType dtype = DType.Float32,
        Device? device = null)
        => Random("uniform", RandomKind.Uniform, shape, key, firstSample, dtype, device);

    /// <summary>
    /// Whole numbers (i64) evenly spread over [0, bound). The first axis counts samples; a scalar is one sample.
    /// </summary>
    /// <exception cref="SutiException">The bound is below 1.</exception>
    public static Tensor RandomInt(Shape shape, long bound, RandomKey key, uint firstSample = 0, Device? device = null)
    {
        if (bound < 1)
            throw new SutiException("random_int", "the bound is positive", "1 or more",
                bound.ToString(CultureInfo.InvariantCulture));
        var source = key.Source(firstSample, "random_int");
        var y = Empty(shape, DType.Int64, device);
        y.Device.RefuseInCapture("drawing random numbers");
        y.Device.RandomIntegers(y, source, bound);
        return y;
    }

    /// <summary>A random order of 0 … length − 1.</summary>
    public static int[] RandomPermutation(int length, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int[] order = new int[length];
        PhiloxCpu.Permutation(key.Source(0, "random_permutation"), order);
        return order;
    }

    /// <summary>Elements in one sample of a tensor of this shape.</summary>
    internal static int ElementsPerSample(Shape shape)
    {
        long elements = 1;
        for (int axis = 1; axis < shape.Rank; axis++)
            elements *= shape[axis];
        return checked((int)elements);
    }

    static Tensor Random(string op, RandomKind kind, Shape shape, RandomKey key, uint firstSample, DType dtype,
        Device? device)
    {
        if (dtype is not (DType.Float32 or DType.Float64))
            throw new DTypeException(op, "draws f32 and f64; cast afterwards", "f32 or f64", dtype.Label());
        var source = key.Source(firstSample, op);
        var y = Empty(shape, dtype, device);
        y.Device.RefuseInCapture("drawing random numbers");
        y.Device.Random(y, source, kind);
        return y;
    }
}

enum RandomKind
{
    Normal,
    Uniform,
}

public abstract partial class Device
{
    /// <summary>Fills a contiguous f32 or f64 tensor.</summary>
    internal abstract void Random(Tensor y, PhiloxSource source, RandomKind kind);

    /// <summary>Fills a contiguous i64 tensor with numbers of [0, bound).</summary>
    internal abstract void RandomIntegers(Tensor y, PhiloxSource source, long bound);
}

public sealed partial class CpuDevice
{
    internal override void Random(Tensor y, PhiloxSource source, RandomKind kind)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int elements = Tensor.ElementsPerSample(y.Shape);
            if (kind == RandomKind.Normal)
                PhiloxCpu.Normal(Pool, source, y.Span<T>(), elements);
            else
                PhiloxCpu.Uniform(Pool, source, y.Span<T>(), elements);
        }
    }

    internal override void RandomIntegers(Tensor y, PhiloxSource source, long bound)
        => PhiloxCpu.Integers(Pool, source, y.Span<long>(), Tensor.ElementsPerSample(y.Shape), bound);
}
