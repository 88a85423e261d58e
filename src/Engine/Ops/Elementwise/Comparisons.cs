using System.Numerics;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Whether a equals b, under NumPy's broadcasting; false for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor Equal(Tensor other) => Compare.Apply<EqualComparison>(this, other);

    /// <inheritdoc cref="Equal(Tensor)"/>
    public Tensor Equal(double other) => Equal(Compare.Number(this, other));

    /// <summary>Whether a differs from b, under NumPy's broadcasting; true for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor NotEqual(Tensor other) => Compare.Apply<NotEqualComparison>(this, other);

    /// <inheritdoc cref="NotEqual(Tensor)"/>
    public Tensor NotEqual(double other) => NotEqual(Compare.Number(this, other));

    /// <summary>Whether a is below b, under NumPy's broadcasting; false for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor Less(Tensor other) => Compare.Apply<LessComparison>(this, other);

    /// <inheritdoc cref="Less(Tensor)"/>
    public Tensor Less(double other) => Less(Compare.Number(this, other));

    /// <summary>Whether a is at most b, under NumPy's broadcasting; false for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor LessOrEqual(Tensor other) => Compare.Apply<LessOrEqualComparison>(this, other);

    /// <inheritdoc cref="LessOrEqual(Tensor)"/>
    public Tensor LessOrEqual(double other) => LessOrEqual(Compare.Number(this, other));

    /// <summary>Whether a is above b, under NumPy's broadcasting; false for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor Greater(Tensor other) => Compare.Apply<GreaterComparison>(this, other);

    /// <inheritdoc cref="Greater(Tensor)"/>
    public Tensor Greater(double other) => Greater(Compare.Number(this, other));

    /// <summary>Whether a is at least b, under NumPy's broadcasting; false for NaN.</summary>
    /// <returns>A bool tensor of the common shape.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor GreaterOrEqual(Tensor other) => Compare.Apply<GreaterOrEqualComparison>(this, other);

    /// <inheritdoc cref="GreaterOrEqual(Tensor)"/>
    public Tensor GreaterOrEqual(double other) => GreaterOrEqual(Compare.Number(this, other));
}

readonly struct EqualComparison : IOpComparison
{
    public static string OpName => "equal";

    public static string CudaCondition => "a == b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Equals(a, b);
}

readonly struct NotEqualComparison : IOpComparison
{
    public static string OpName => "not_equal";

    public static string CudaCondition => "a != b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Select(V.Equals(a, b), V.Zero, V.Equals(V.Zero, V.Zero));
}

readonly struct LessComparison : IOpComparison
{
    public static string OpName => "less";

    public static string CudaCondition => "a < b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.LessThan(a, b);
}

readonly struct LessOrEqualComparison : IOpComparison
{
    public static string OpName => "less_or_equal";

    public static string CudaCondition => "a <= b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => SuTI.Engine.Compare.Either<V, T>(V.LessThan(a, b), V.Equals(a, b));
}

readonly struct GreaterComparison : IOpComparison
{
    public static string OpName => "greater";

    public static string CudaCondition => "a > b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.LessThan(b, a);
}

readonly struct GreaterOrEqualComparison : IOpComparison
{
    public static string OpName => "greater_or_equal";

    public static string CudaCondition => "a >= b";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => SuTI.Engine.Compare.Either<V, T>(V.LessThan(b, a), V.Equals(a, b));
}
