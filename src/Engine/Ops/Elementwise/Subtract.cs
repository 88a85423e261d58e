using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>a − b under NumPy's broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor operator -(Tensor a, Tensor b) => Op.Apply(new BinaryOp<SubtractFormula>(), a, b);

    public static Tensor operator -(Tensor a, double b) => a + -b;

    public static Tensor operator -(double a, Tensor b) => Op.Apply(new UnaryOp<AffineFormula>(new(-1, a)), b);
}

readonly struct SubtractFormula : IBinaryOpFormula
{
    public static string OpName => "subtract";

    public static bool DerivativesReadInputs => false;

    public static bool DerivativesReadOutput => false;

    public static double? ConstantDerivativeA => 1;

    public static double? ConstantDerivativeB => -1;

    public static string CudaForward => "a - b";

    public static string CudaDerivativeA => "1.0f";

    public static string CudaDerivativeB => "-1.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => -V.Create(T.One);
}
