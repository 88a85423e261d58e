using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>−1, 0 or 1 by the sign of x. The gradient is 0.</summary>
    public Tensor Sign() => Op.Apply(new UnaryOp<SignFormula>(default), this);
}

readonly struct SignFormula : IUnaryOpFormula
{
    public static string OpName => "sign";

    public static bool DerivativeReadsInput => false;

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "sign_of(x)";

    public static string CudaDerivative => "0.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Of<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Select(V.Equals(x, V.Zero), x, V.CopySign(V.Create(T.One), x));
}
