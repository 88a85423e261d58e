using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>a / b, element by element, under NumPy's broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor operator /(Tensor a, Tensor b) => Op.Apply(new BinaryOp<DivideFormula>(), a, b);

    public static Tensor operator /(Tensor a, double b) => Op.Apply(new UnaryOp<QuotientFormula>(new(b)), a);

    public static Tensor operator /(double a, Tensor b) => Op.Apply(new UnaryOp<ReciprocalFormula>(new(a)), b);
}

readonly struct DivideFormula : IBinaryOpFormula
{
    public static string OpName => "divide";

    public static string CudaForward => "div_rn(a, b)";

    public static string CudaDerivativeA => "div_rn(1.0f, b)";

    public static string CudaDerivativeB => "-div_rn(y, b)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.One) / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => -y / b;
}

/// <summary>x divided by a number; not times its reciprocal, which rounds twice.</summary>
readonly struct QuotientFormula(double divisor) : IUnaryOpFormula
{
    public static string OpName => "quotient";

    public static bool DerivativeReadsInput => false;

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "div_rn(x, p)";

    public static string CudaDerivative => "div_rn(1.0f, p)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x / V.Create(T.CreateTruncating(divisor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(1 / divisor));
}

/// <summary>A number divided by x.</summary>
readonly struct ReciprocalFormula(double numerator) : IUnaryOpFormula
{
    public static string OpName => "reciprocal";

    public static string CudaForward => "div_rn(p, x)";

    public static string CudaDerivative => "-div_rn(y, x)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(T.CreateTruncating(numerator)) / x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => -y / x;
}
