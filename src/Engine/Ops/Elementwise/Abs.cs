using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>|x|. The gradient at 0 is 0.</summary>
    public Tensor Abs() => Op.Apply(new UnaryOp<AbsFormula>(default), this);
}

readonly struct AbsFormula : IUnaryOpFormula
{
    public static string OpName => "abs";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "abs_of(x)";

    public static string CudaDerivative => "sign_of(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => SignFormula.Of<V, T>(x);
}
