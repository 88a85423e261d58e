using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The same values in another element type.</summary>
    /// <returns>This tensor if it has that type already, else a contiguous copy.</returns>
    /// <remarks>
    /// Rounded once to nearest, ties to even; too large becomes infinite. From floating point to integers: towards
    /// zero, saturating, NaN becomes 0. To bool: whether it differs from zero.
    /// </remarks>
    public Tensor Cast(DType dtype) => dtype == DType ? this : Op.Apply(new CastOp(dtype), this);
}

sealed class CastOp(DType dtype) : Op
{
    DType _from;

    public override string Name => "cast";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0].ContiguousValues();
        _from = x.DType;
        var y = Tensor.Empty(x.Shape, dtype, x.Device);
        x.Device.Cast(x, y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into) => into.Add(0, dy.Cast(_from));
}

public abstract partial class Device
{
    /// <summary>y = x in the type of y; contiguous tensors of one shape.</summary>
    internal abstract void Cast(Tensor x, Tensor y);
}

public sealed partial class CpuDevice
{
    internal override void Cast(Tensor x, Tensor y)
    {
        switch (x.DType)
        {
            case DType.Float32:
                From<float>();
                break;
            case DType.Float64:
                From<double>();
                break;
            case DType.BFloat16:
                From<BFloat16>();
                break;
            case DType.Float16:
                From<Half>();
                break;
            case DType.Int32:
                From<int>();
                break;
            case DType.Int64:
                From<long>();
                break;
            case DType.Bool:
                From<bool>();
                break;
            default:
                From<byte>();
                break;
        }

        void From<TFrom>() where TFrom : unmanaged
        {
            var values = x.Span<TFrom>();
            switch (y.DType)
            {
                case DType.Float32:
                    CastCpu.Cast(Pool, values, y.Span<float>());
                    break;
                case DType.Float64:
                    CastCpu.Cast(Pool, values, y.Span<double>());
                    break;
                case DType.BFloat16:
                    CastCpu.Cast(Pool, values, y.Span<BFloat16>());
                    break;
                case DType.Float16:
                    CastCpu.Cast(Pool, values, y.Span<Half>());
                    break;
                case DType.Int32:
                    CastCpu.Cast(Pool, values, y.Span<int>());
                    break;
                case DType.Int64:
                    CastCpu.Cast(Pool, values, y.Span<long>());
                    break;
                case DType.Bool:
                    CastCpu.Cast(Pool, values, y.Span<bool>());
                    break;
                default:
                    CastCpu.Cast(Pool, values, y.Span<byte>());
                    break;
            }
        }
    }
}
