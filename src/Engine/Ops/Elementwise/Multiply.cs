using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>a · b, element by element, under NumPy's broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor operator *(Tensor a, Tensor b) => Op.Apply(new BinaryOp<MultiplyFormula>(), a, b);

    public static Tensor operator *(Tensor a, double b) => Op.Apply(new UnaryOp<ScaleFormula>(new(b)), a);

    public static Tensor operator *(double a, Tensor b) => b * a;

    public static Tensor operator -(Tensor x) => x * -1;
}

readonly struct MultiplyFormula : IBinaryOpFormula
{
    public static string OpName => "multiply";

    public static bool DerivativesReadOutput => false;

    public static string CudaForward => "a * b";

    public static string CudaDerivativeA => "b";

    public static string CudaDerivativeB => "a";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a;
}

/// <summary>x times a number.</summary>
readonly struct ScaleFormula(double factor) : IUnaryOpFormula
{
    public static string OpName => "scale";

    public static bool DerivativeReadsInput => false;

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "x * p";

    public static string CudaDerivative => "p";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x * V.Create(T.CreateTruncating(factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(factor));
}
