using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>e^x.</summary>
    public Tensor Exp() => Op.Apply(new UnaryOp<ExpFormula>(default), this);
}

readonly struct ExpFormula : IUnaryOpFormula
{
    public static string OpName => "exp";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "exp_of(x)";

    public static string CudaDerivative => "y";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Exp<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => y;
}
