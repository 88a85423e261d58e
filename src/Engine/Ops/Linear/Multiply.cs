using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>
    /// c = (c +) a · b + bias + residual for views a (batch, m, k), b (batch, k, n), c and residual (batch, m, n) of
    /// any strides, where the columns of c and of the residual are adjacent; bias (n) is contiguous.
    /// </summary>
    /// <param name="residual">Not together with <paramref name="accumulate"/>.</param>
    /// <param name="isWeight">
    /// Whether b will be used again as it is, so that a form that suits the kernel is worth keeping.
    /// </param>
    internal abstract void Multiply(Tensor a, Tensor b, Tensor? bias, Tensor? residual, Tensor c,
        bool accumulate = false, bool isWeight = false);
}

public sealed partial class CpuDevice
{
    internal override void Multiply(Tensor a, Tensor b, Tensor? bias, Tensor? residual, Tensor c, bool accumulate,
        bool isWeight)
    {
        if (c.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            bool packs = isWeight && b.Strides[0] == 0 && KeepsPacked<T>(b, c.Shape[0] * (long)c.Shape[1]);
            var sizes = new MatMulSizes(c.Shape[0], c.Shape[1], c.Shape[2], a.Shape[2])
            {
                A = Layout(a),
                B = Layout(b),
                C = Layout(c),
                Residual = residual is null ? default : Layout(residual),
                PackedB = packs,
                Accumulate = accumulate,
            };
            ReadOnlySpan<T> right = packs ? Packed<T>(b, sizes) : b.StridedSpan<T>();
            var workspace = Workspace<T>(MatMulCpu.WorkspaceLength<T>(sizes));
            MatMulCpu.Multiply(Pool, a.StridedSpan<T>(), right, bias is null ? default : bias.Span<T>(),
                residual is null ? default : residual.StridedSpan<T>(), c.StridedSpan<T>(), workspace, sizes);
        }
    }

    unsafe ReadOnlySpan<T> Packed<T>(Tensor b, MatMulSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var key = PackedMatrix.Of(b);
        int length = checked((int)MatMulCpu.PackedLength<T>(sizes.N, sizes.K));
        var storage = b.Storage.Derive(key, (long)length * sizeof(T),
            (Device: this, B: b, Sizes: sizes, Length: length),
            static (state, storage) => MatMulCpu.Pack(state.Device.Pool, state.B.StridedSpan<T>(),
                new Span<T>((T*)storage.Address, state.Length), state.Sizes.N, state.Sizes.K,
                state.Sizes.B.Row, state.Sizes.B.Column));
        return new((T*)storage.Address, length);
    }

    bool KeepsPacked<T>(Tensor b, long rows) where T : unmanaged
        => b.Storage.DerivedBy(PackedMatrix.Of(b)) is not null
            || KeepsPacked(MatMulCpu.PackedLength<T>(b.Shape[2], b.Shape[1]) * Unsafe.SizeOf<T>(), rows);

    static MatrixLayout Layout(Tensor x) => new((nint)x.Strides[0], (nint)x.Strides[1], (nint)x.Strides[2]);

    /// <summary>Names the packed form of a weight among what is derived from its storage.</summary>
    sealed record PackedMatrix(DType DType, long Offset, int Rows, int Columns, long RowStride, long ColumnStride)
    {
        public static PackedMatrix Of(Tensor b)
            => new(b.DType, b.Offset, b.Shape[1], b.Shape[2], b.Strides[1], b.Strides[2]);
    }
}
