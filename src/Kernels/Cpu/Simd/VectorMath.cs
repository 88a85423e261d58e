using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Elementary functions on one vector of float or double, without branches: within about 2 ulp (exp, sigmoid: 1.5 ulp). NaN gives
/// NaN; overflow gives infinity; results below the smallest normal number may be flushed to zero.
/// </summary>
/// <remarks>The polynomials are minimax fits (Remez) on the reduced ranges, one for each of the two types.</remarks>
public static partial class VectorMath
{
    const double Log2E = 1.4426950408889634;

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The clamped value comes second, so that NaN stays.
        V result = ExpBelowOverflow<V, T>(V.Min(Const<V, T>(IsFloat<T>() ? 89 : 710), x));
        if (V.ScaleSaturates)
            return result;
        V overflow = Const<V, T>(IsFloat<T>() ? 88.72283935546875 : 709.782712893384);
        return V.Select(V.LessThan(overflow, x), Const<V, T>(double.PositiveInfinity), result);
    }

    // The logarithm of the smallest normal number. Arithmetic that underflows takes a hundred times as long on x86, and masked
    // scores are far below; so nothing below is computed, and the result is made 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LowestExponent<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Const<V, T>(IsFloat<T>() ? -87.33650207519531 : -708.396418532264);

    // e^x for x that cannot overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpBelowOverflow<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V r = ReduceByLog2<V, T>(V.Max(LowestExponent<V, T>(), x), out V n);
        return V.ZeroWhereLess(x, LowestExponent<V, T>(), ExpOfReduced<V, T>(r, n));
    }

    // e^(x − rest) for x that cannot overflow, and a rest of the size of its rounding errors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpBelowOverflow<V, T>(V x, V rest)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V r = ReduceByLog2<V, T>(V.Max(LowestExponent<V, T>(), x), out V n) - rest;
        return V.ZeroWhereLess(x, LowestExponent<V, T>(), ExpOfReduced<V, T>(r, n));
    }

    // 2^n e^r.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpOfReduced<V, T>(V r, V n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Scale(V.Fma(r * r, ExpTail<V, T>(r), r + Const<V, T>(1)), n);

    /// <summary>e^x − 1, accurate near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Below the lower bound the result is −1; above the upper one exp itself is as good.
        V upper = Const<V, T>(IsFloat<T>() ? 80 : 700);
        V clamped = V.Max(Const<V, T>(-60), V.Min(upper, x));
        V small = Expm1Bounded<V, T>(clamped);
        return V.Select(V.LessThan(upper, x), Exp<V, T>(x), small);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.ZeroWhereLess(x, LowestExponent<V, T>(), SigmoidOfBounded<V, T>(V.Max(LowestExponent<V, T>(), x)));

    /// <summary>x · sigmoid(x), also called swish.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Silu<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V bounded = V.Max(LowestExponent<V, T>(), x);
        return V.ZeroWhereLess(x, LowestExponent<V, T>(), bounded * SigmoidOfBounded<V, T>(bounded));
    }

    // e^x / (1 + e^x), which is 1 to the last bit from the upper bound on; x is bounded from below.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V SigmoidOfBounded<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V r = ReduceByLog2<V, T>(V.Min(Const<V, T>(IsFloat<T>() ? 30 : 60), x), out V n);
        V e = ExpOfReduced<V, T>(r, n);
        return V.Quotient(e, e + Const<V, T>(1));
    }

    /// <summary>Derivative of <see cref="Silu"/>: s + x s (1 − s) with s = sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SiluDerivative<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V bounded = V.Min(Const<V, T>(1000), V.Max(Const<V, T>(-1000), x));
        V s = Sigmoid<V, T>(bounded);
        return V.Fma(bounded, V.FmaNegated(s, s, s), s);
    }

    /// <summary>Hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // tanh a = (e^2a − 1) / (e^2a + 1) for a = |x|; at the bound it is 1 to the last bit.
        V twice = V.Min(Const<V, T>(IsFloat<T>() ? 20 : 40), V.Abs(x) + V.Abs(x));
        V e = Expm1Bounded<V, T>(twice);
        return V.CopySign(V.Quotient(e, e + Const<V, T>(2)), x);
    }

    // e^x − 1 = 2^n (e^r − 1) + (2^n − 1), for x within the range where 2^n is normal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Expm1Bounded<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V r = ReduceByLog2<V, T>(x, out V n);
        V p = V.Fma(r * r, ExpTail<V, T>(r), r);
        V power = V.Scale(Const<V, T>(1), n);
        return V.Fma(p, power, power - Const<V, T>(1));
    }

    // x = n ln 2 + r with |r| at most half of ln 2. The first part of ln 2 has so few bits that n times it is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ReduceByLog2<V, T>(V x, out V n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Adding and taking away 1.5 · 2^23 (2^52) rounds to an integer.
        V rounding = Const<V, T>(IsFloat<T>() ? 12582912.0 : 6755399441055744.0);
        n = V.Fma(x, Const<V, T>(Log2E), rounding) - rounding;
        return V.FmaNegated(n, Const<V, T>(Log2Low<T>()), V.FmaNegated(n, Const<V, T>(Log2High<T>()), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Log2High<T>() => IsFloat<T>() ? 0.693359375 : 0.693147180369123816490;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Log2Low<T>() => IsFloat<T>() ? -2.1219444005469058e-4 : 1.90821492927058770002e-10;

    // (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2; relative error of e^r − 1: 1.3e-8 and 2.7e-19.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpTail<V, T>(V r)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            // In pairs: the processor waits for the longest chain, not for the number of steps.
            V low = V.Fma(r, Const<V, T>(0.1666654256), Const<V, T>(0.5000000062));
            V high = V.Fma(r, Const<V, T>(0.008366642098), Const<V, T>(0.04166628035));
            V square = r * r;
            return V.Fma(V.Fma(square, Const<V, T>(0.001394657388), high), square, low);
        }
        p = Const<V, T>(2.09245027455953019e-9);
        p = V.Fma(p, r, Const<V, T>(2.510914763345329682e-8));
        p = V.Fma(p, r, Const<V, T>(2.75572425901795909e-7));
        p = V.Fma(p, r, Const<V, T>(2.755724391079145478e-6));
        p = V.Fma(p, r, Const<V, T>(2.480158736071538549e-5));
        p = V.Fma(p, r, Const<V, T>(0.0001984126988640216683));
        p = V.Fma(p, r, Const<V, T>(0.001388888888886678758));
        p = V.Fma(p, r, Const<V, T>(0.008333333333321530869));
        p = V.Fma(p, r, Const<V, T>(0.04166666666666670136));
        p = V.Fma(p, r, Const<V, T>(0.1666666666666667669));
        return V.Fma(p, r, Const<V, T>(0.5));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsFloat<T>() => typeof(T) == typeof(float);

    /// <summary>All lanes equal to a constant, rounded once to <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Const<V, T>(double value)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Create(typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value));
}
