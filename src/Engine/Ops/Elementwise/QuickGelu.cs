using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>GELU by a sigmoid: x · sigmoid(1.702 x) (Hendrycks and Gimpel, 2016), as CLIP uses it.</summary>
    public Tensor QuickGelu() => Op.Apply(new UnaryOp<QuickGeluFormula>(default), this);
}

readonly struct QuickGeluFormula : IUnaryOpFormula
{
    public static string OpName => "quick_gelu";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "x * sigmoid_of(1.702f * x)";

    public static string CudaDerivative => "quick_gelu_derivative(x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x * VectorMath.Sigmoid<V, T>(x * V.Create(T.CreateTruncating(1.702)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V k = V.Create(T.CreateTruncating(1.702));
        V s = VectorMath.Sigmoid<V, T>(x * k);
        return V.Fma(x * k, V.FmaNegated(s, s, s), s);
    }
}
