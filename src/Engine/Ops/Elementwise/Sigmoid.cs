using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>1 / (1 + e^−x).</summary>
    public Tensor Sigmoid() => Op.Apply(new UnaryOp<SigmoidFormula>(default), this);
}

readonly struct SigmoidFormula : IUnaryOpFormula
{
    public static string OpName => "sigmoid";

    public static bool DerivativeReadsInput => false;

    public static string CudaForward => "sigmoid_of(x)";

    public static string CudaDerivative => "fma_rn(-y, y, y)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Sigmoid<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.FmaNegated(y, y, y);
}
