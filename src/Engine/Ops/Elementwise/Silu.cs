using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x · sigmoid(x), also called swish (Hendrycks and Gimpel, 2016, section 2).</summary>
    public Tensor Silu() => Op.Apply(new UnaryOp<SiluFormula>(default), this);
}

readonly struct SiluFormula : IUnaryOpFormula
{
    public static string OpName => "silu";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "silu_of(x)";

    public static string CudaDerivative => "silu_derivative(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Silu<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.SiluDerivative<V, T>(x);
}
