using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x, but at least <paramref name="low"/> and at most <paramref name="high"/>; NaN stays NaN.</summary>
    /// <remarks>The gradient passes where low ≤ x ≤ high, bounds included.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">low is above high, or one is NaN.</exception>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity)
        => low <= high
            ? Op.Apply(new UnaryOp<ClampFormula>(new(low, high)), this)
            : throw new ArgumentOutOfRangeException(nameof(low), low, $"clamp: low must not be above high, {high}.");
}

readonly struct ClampFormula(double low, double high) : IUnaryOpFormula
{
    public static string OpName => "clamp";

    public static bool DerivativeReadsOutput => false;

    public static string CudaForward => "bounded(x, p, q)";

    public static string CudaDerivative => "x < p || q < x ? 0.0f : 1.0f";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Min(V.Create(T.CreateTruncating(high)), V.Max(V.Create(T.CreateTruncating(low)), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V notBelow = V.Select(V.LessThan(x, V.Create(T.CreateTruncating(low))), V.Zero, V.Create(T.One));
        return V.Select(V.LessThan(V.Create(T.CreateTruncating(high)), x), V.Zero, notBelow);
    }
}
