using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>a + b under NumPy's broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor operator +(Tensor a, Tensor b) => Op.Apply(new BinaryOp<AddFormula>(), a, b);

    public static Tensor operator +(Tensor a, double b) => Op.Apply(new UnaryOp<AffineFormula>(new(1, b)), a);

    public static Tensor operator +(double a, Tensor b) => b + a;
}

readonly struct AddFormula : IBinaryOpFormula
{
    public static string OpName => "add";

    public static bool DerivativesReadInputs => false;

    public static bool DerivativesReadOutput => false;

    public static double? ConstantDerivativeA => 1;

    public static double? ConstantDerivativeB => 1;

    public static string CudaForward => "a + b";

    public static string CudaDerivativeA => "1.0f";

    public static string CudaDerivativeB => "1.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One);
}

/// <summary>scale · x + shift: sums and differences with a number.</summary>
readonly struct AffineFormula(double scale, double shift) : IUnaryOpFormula
{
    public static string OpName => "affine";

    public static bool DerivativeReadsInput => false;

    public static bool DerivativeReadsOutput => false;

    public static bool IsCheap => true;

    public static string CudaForward => "fma_rn(x, p, q)";

    public static string CudaDerivative => "p";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Fma(x, V.Create(T.CreateTruncating(scale)), V.Create(T.CreateTruncating(shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(scale));
}
