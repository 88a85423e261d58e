using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Sine of x in radians.</summary>
    public Tensor Sin() => Op.Apply(new UnaryOp<SinFormula>(default), this);
}

readonly struct SinFormula : IUnaryOpFormula
{
    public static string OpName => "sin";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "sin_of(x)";

    public static string CudaDerivative => "cos_of(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Sin<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Cos<V, T>(x);
}
