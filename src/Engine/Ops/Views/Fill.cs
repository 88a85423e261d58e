using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>A tensor whose elements are all <paramref name="value"/>.</summary>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32, Device? device = null)
    {
        var tensor = Empty(shape, dtype, device);
        tensor.Device.Fill(tensor, value);
        return tensor;
    }

    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 0, dtype, device);

    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 1, dtype, device);
}

public abstract partial class Device
{
    /// <summary>Overwrites a contiguous tensor of any type.</summary>
    internal abstract void Fill(Tensor destination, double value);

    /// <summary>The row-major index of the first NaN or infinity of a contiguous f32 or f64 tensor; −1 if there is none.</summary>
    internal abstract long FirstNonFinite(Tensor x);
}

public sealed partial class CpuDevice
{
    internal override void Fill(Tensor destination, double value)
    {
        switch (destination.DType)
        {
            case DType.Float64:
                ElementwiseCpu.Fill(Pool, destination.Span<double>(), value);
                break;
            case DType.Float32:
                ElementwiseCpu.Fill(Pool, destination.Span<float>(), value);
                break;
            case DType.Float16:
                destination.Span<Half>().Fill((Half)value);
                break;
            case DType.BFloat16:
                destination.Span<BFloat16>().Fill((BFloat16)(float)value);
                break;
            case DType.Int32:
                destination.Span<int>().Fill((int)value);
                break;
            case DType.Int64:
                destination.Span<long>().Fill((long)value);
                break;
            default:
                destination.Span<byte>().Fill((byte)value);
                break;
        }
    }

    internal override long FirstNonFinite(Tensor x)
    {
        if (x.DType == DType.Float64)
        {
            var values = x.Span<double>();
            for (int i = 0; i < values.Length; i++)
            {
                if (!double.IsFinite(values[i]))
                    return i;
            }
            return -1;
        }
        var singles = x.Span<float>();
        for (int i = 0; i < singles.Length; i++)
        {
            if (!float.IsFinite(singles[i]))
                return i;
        }
        return -1;
    }
}
