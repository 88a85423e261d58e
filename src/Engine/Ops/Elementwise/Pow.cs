using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x to the power of a number; NaN for a negative x unless the exponent is whole.</summary>
    public Tensor Pow(double exponent)
        => exponent == 2 ? Square() : Op.Apply(new UnaryOp<PowFormula>(new(exponent)), this);

    /// <summary>x to the power of the exponent, under NumPy's broadcasting.</summary>
    /// <remarks>The gradient with respect to the exponent is 0 where x is 0 and the exponent is not negative.</remarks>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor Pow(Tensor exponent) => Op.Apply(new BinaryOp<PowTensorFormula>(), this, exponent);
}

readonly struct PowFormula(double exponent) : IUnaryOpFormula
{
    public static string OpName => "pow";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "pow_of(x, p)";

    public static string CudaDerivative => "p == 0.0f ? 0.0f : p * pow_of(x, p - 1.0f)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Pow<V, T>(x, V.Create(T.CreateTruncating(exponent)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (exponent == 0)
            return V.Zero; // not 0 · 0⁻¹
        V less = VectorMath.Pow<V, T>(x, V.Create(T.CreateTruncating(exponent - 1)));
        return less * V.Create(T.CreateTruncating(exponent));
    }
}

readonly struct PowTensorFormula : IBinaryOpFormula
{
    public static string OpName => "pow_tensor";

    public static string CudaForward => "pow_of(a, b)";

    public static string CudaDerivativeA => "b == 0.0f ? 0.0f : b * pow_of(a, b - 1.0f)";

    public static string CudaDerivativeB => "a == 0.0f && !(b < 0.0f) ? 0.0f : y * log_of(a)";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorMath.Pow<V, T>(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V slope = b * VectorMath.Pow<V, T>(a, b - V.Create(T.One));
        return V.Select(V.Equals(b, V.Zero), V.Zero, slope);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V slope = y * VectorMath.Log<V, T>(a);
        return V.Select(V.Equals(a, V.Zero), V.Select(V.LessThan(b, V.Zero), slope, V.Zero), slope);
    }
}
