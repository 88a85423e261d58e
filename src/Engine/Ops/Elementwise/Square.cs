using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x².</summary>
    public Tensor Square() => Op.Apply(new UnaryOp<SquareFormula>(default), this);
}

readonly struct SquareFormula : IUnaryOpFormula
{
    public static string OpName => "square";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "x * x";

    public static string CudaDerivative => "x + x";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x + x;
}
