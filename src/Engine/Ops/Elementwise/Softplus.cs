using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>log(1 + e^x), which does not overflow.</summary>
    public Tensor Softplus() => Op.Apply(new UnaryOp<SoftplusFormula>(default), this);
}

readonly struct SoftplusFormula : IUnaryOpFormula
{
    public static string OpName => "softplus";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "softplus_of(x)";

    public static string CudaDerivative => "sigmoid_of(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Softplus<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Sigmoid<V, T>(x);
}
