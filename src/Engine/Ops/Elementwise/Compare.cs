using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>A comparison that is an op by itself.</summary>
interface IOpComparison : IComparison
{
    /// <summary>As <see cref="Op.Name"/>.</summary>
    static abstract string OpName { get; }

    /// <summary>The condition on a and b as CUDA text.</summary>
    static abstract string CudaCondition { get; }
}

/// <summary>What the comparisons share.</summary>
static class Compare
{
    /// <summary>
    /// Whole numbers and truth values are compared in the device's widest type: f64, exact below 2^53, or f32, exact below 2^24.
    /// </summary>
    internal static Tensor Apply<TComparison>(Tensor a, Tensor b) where TComparison : struct, IOpComparison
        => Op.Apply(new CompareOp<TComparison>(), Comparable(a), Comparable(b));

    internal static Tensor Number(Tensor like, double value)
        => Tensor.Scalar(value, like.Device.Computes(like.DType) ? like.DType : Widest(like.Device), like.Device);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Either<V, T>(V first, V second)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Select(first, first, second);

    static Tensor Comparable(Tensor x) => x.DType.IsFloatingPoint() ? x : x.Cast(Widest(x.Device));

    static DType Widest(Device device) => device.Computes(DType.Float64) ? DType.Float64 : DType.Float32;
}

sealed class CompareOp<TComparison> : Op
    where TComparison : struct, IOpComparison
{
    public override string Name => TComparison.OpName;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var shape = Broadcast.Common(Name, inputs[0].Shape, inputs[1].Shape);
        var y = Tensor.Empty(shape, DType.Bool, inputs[0].Device);
        var (a, b) = (Broadcast.View(inputs[0], shape, Name), Broadcast.View(inputs[1], shape, Name));
        y.Device.Compare<TComparison>(a, b, y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into) => throw Conditions.NotDifferentiable(Name);
}

public abstract partial class Device
{
    /// <summary>y = whether the comparison holds; a and b are views of the shape of y, which is contiguous.</summary>
    internal abstract void Compare<TComparison>(Tensor a, Tensor b, Tensor y) where TComparison : struct, IOpComparison;
}

public sealed partial class CpuDevice
{
    internal override void Compare<TComparison>(Tensor a, Tensor b, Tensor y)
    {
        if (a.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<long> aSteps = stackalloc long[Shape.MaxRank], bSteps = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = Layout(a, b, sizes, aSteps, bSteps);
            ElementwiseCpu.Compare<T, TComparison>(Pool, a.StridedSpan<T>(), b.StridedSpan<T>(), y.Span<byte>(),
                sizes[..rank], aSteps[..rank], bSteps[..rank], default);
        }
    }
}
