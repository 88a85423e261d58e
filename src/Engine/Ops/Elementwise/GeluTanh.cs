using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>GELU by tanh: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016).</summary>
    public Tensor GeluTanh() => Op.Apply(new UnaryOp<GeluTanhFormula>(default), this);
}

readonly struct GeluTanhFormula : IUnaryOpFormula
{
    public static string OpName => "gelu_tanh";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "gelu_tanh_of(x)";

    public static string CudaDerivative => "gelu_tanh_derivative(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.GeluTanh<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.GeluTanhDerivative<V, T>(x);
}
