using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x · Φ(x), with the normal distribution Φ by erf (Hendrycks and Gimpel, 2016).</summary>
    public Tensor Gelu() => Op.Apply(new UnaryOp<GeluFormula>(default), this);
}

readonly struct GeluFormula : IUnaryOpFormula
{
    public static string OpName => "gelu";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "gelu_of(x)";

    public static string CudaDerivative => "gelu_derivative(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Gelu<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.GeluDerivative<V, T>(x);
}
