using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>√x; NaN below 0. The gradient at 0 is infinite.</summary>
    public Tensor Sqrt() => Op.Apply(new UnaryOp<SqrtFormula>(default), this);
}

readonly struct SqrtFormula : IUnaryOpFormula
{
    public static string OpName => "sqrt";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "sqrt_rn(x)";

    public static string CudaDerivative => "div_rn(0.5f, y)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(0.5)) / y;
}
