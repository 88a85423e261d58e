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

    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32, Device? device = null)
        => Full(shape, 0, dtype, device);

    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, Device? device = null)
        => Full(shape, 1, dtype, device);
}

public abstract partial class Device
{
    /// <summary>Overwrites a contiguous tensor of any type.</summary>
    internal abstract void Fill(Tensor destination, double value);

    /// <summary>
    /// The row-major index of the first NaN or infinity of a contiguous f32 or f64 tensor; −1 if there is none.
    /// </summary>
    internal abstract long FirstNonFinite(Tensor x);
}

public sealed partial class CpuDevice
{
    internal override void Fill(Tensor destination, double value)
    {
        switch (destination.DType)
        {
            case DType.Float64:
                FillCpu.Fill(Pool, destination.Span<double>(), value);
                break;
            case DType.Float32:
                FillCpu.Fill(Pool, destination.Span<float>(), (float)value);
                break;
            case DType.Float16:
                FillCpu.Fill(Pool, destination.Span<Half>(), (Half)value);
                break;
            case DType.BFloat16:
                FillCpu.Fill(Pool, destination.Span<BFloat16>(), (BFloat16)(float)value);
                break;
            case DType.Int32:
                FillCpu.Fill(Pool, destination.Span<int>(), (int)value);
                break;
            case DType.Int64:
                FillCpu.Fill(Pool, destination.Span<long>(), (long)value);
                break;
            case DType.Bool:
                FillCpu.Fill(Pool, destination.Span<bool>(), value != 0);
                break;
            default:
                FillCpu.Fill(Pool, destination.Span<byte>(), (byte)value);
                break;
        }
    }

    internal override long FirstNonFinite(Tensor x)
        => x.DType == DType.Float64 ? NonFiniteCpu.FirstIndex<double>(Pool, x.Span<double>())
            : NonFiniteCpu.FirstIndex<float>(Pool, x.Span<float>());
}
