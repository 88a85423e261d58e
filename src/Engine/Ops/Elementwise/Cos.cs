using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Cosine of x in radians.</summary>
    public Tensor Cos() => Op.Apply(new UnaryOp<CosFormula>(default), this);
}

readonly struct CosFormula : IUnaryOpFormula
{
    public static string OpName => "cos";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "cos_of(x)";

    public static string CudaDerivative => "-sin_of(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Cos<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => -VectorMath.Sin<V, T>(x);
}
