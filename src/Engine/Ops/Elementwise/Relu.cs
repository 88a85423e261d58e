using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>max(x, 0); NaN stays NaN. The gradient at 0 is 0.</summary>
    public Tensor Relu() => Op.Apply(new UnaryOp<ReluFormula>(default), this);
}

readonly struct ReluFormula : IUnaryOpFormula
{
    public static string OpName => "relu";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "x < 0.0f ? 0.0f : x";

    public static string CudaDerivative => "y > 0.0f ? 1.0f : 0.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Max(V.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Select(V.LessThan(V.Zero, y), V.Create(T.One), V.Zero);
}
