using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// The greater of a and b under NumPy's broadcasting; NaN if either is NaN. Where they are equal each takes half
    /// the gradient.
    /// </summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor Maximum(Tensor a, Tensor b) => Op.Apply(new BinaryOp<MaximumFormula>(), a, b);
}

readonly struct MaximumFormula : IBinaryOpFormula
{
    public static string OpName => "maximum";

    public static bool DerivativesReadOutput => false;

    public static string CudaForward => "is_nan(a) || a > b ? a : b";

    public static string CudaDerivativeA => "a > b ? 1.0f : a == b ? 0.5f : 0.0f";

    public static string CudaDerivativeB => "b > a ? 1.0f : a == b ? 0.5f : 0.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Min and Max give their second operand when either is NaN, so a NaN of the first is put back.
        V y = V.Max(a, b);
        return V.Select(V.Equals(a, a), y, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V half = V.Select(V.Equals(a, b), V.Create(T.CreateTruncating(0.5)), V.Zero);
        return V.Select(V.LessThan(b, a), V.Create(T.One), half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V half = V.Select(V.Equals(a, b), V.Create(T.CreateTruncating(0.5)), V.Zero);
        return V.Select(V.LessThan(a, b), V.Create(T.One), half);
    }
}
