using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    public Tensor Log() => Op.Apply(new UnaryOp<LogFormula>(default), this);
}

readonly struct LogFormula : IUnaryOpFormula
{
    public static string OpName => "log";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "log_of(x)";

    public static string CudaDerivative => "div_rn(1.0f, x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Log<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One) / x;
}
