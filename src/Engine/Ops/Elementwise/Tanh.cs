using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => Op.Apply(new UnaryOp<TanhFormula>(default), this);
}

readonly struct TanhFormula : IUnaryOpFormula
{
    public static string OpName => "tanh";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "tanh_of(x)";

    public static string CudaDerivative => "fma_rn(-y, y, 1.0f)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Tanh<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.FmaNegated(y, y, V.Create(T.One));
}
