using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>1 / √x.</summary>
    public Tensor Rsqrt() => Op.Apply(new UnaryOp<RsqrtFormula>(default), this);
}

readonly struct RsqrtFormula : IUnaryOpFormula
{
    public static string OpName => "rsqrt";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "div_rn(1.0f, sqrt_rn(x))";

    public static string CudaDerivative => "-0.5f * y * y * y";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One) / V.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(-0.5)) * y * y * y;
}
