using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static partial class VectorMath
{
    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V f = ReduceToMantissa<V, T>(x, out V e);
        V s = V.Quotient(f, f + Const<V, T>(2));
        V z = s * s;
        // log(1 + f) = f − f²/2 + s (f²/2 + z P(z)): the leading term f is exact.
        V halfSquare = Const<V, T>(0.5) * f * f;
        V tail = V.Fma(s, V.Fma(z, LogTail<V, T>(z), halfSquare), e * Const<V, T>(Log2Low<T>()));
        V result = V.Fma(e, Const<V, T>(Log2High<T>()), f - (halfSquare - tail));
        return LogLimits<V, T>(x, result);
    }

    /// <summary>log(1 + x), accurate near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V u = Const<V, T>(1) + x;
        V log = Log<V, T>(u);
        // What the rounding of 1 + x lost, at the slope there; far out it does not matter and ∞ − ∞ must not appear.
        V corrected = log + ((x - (u - Const<V, T>(1))) / u);
        V plain = V.LessThan(Const<V, T>(1e20), x);
        return V.Select(plain, log, V.Select(V.Equals(u, V.Zero), log, corrected));
    }

    /// <summary>log(1 + e^x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.Max(V.Zero, x) + Log1p<V, T>(Exp<V, T>(-V.Abs(x)));

    /// <summary>
    /// x^y by IEEE 754's <c>pow</c>: a negative x takes integral y only, else NaN; x^0 and 1^y are 1.
    /// </summary>
    /// <remarks>The logarithm and its product with y are carried in two words, so the error stays at some ulp for large results.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pow<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = Const<V, T>(1);
        V magnitude = V.Abs(x);
        LogInTwoWords<V, T>(magnitude, out V high, out V low);
        V product = y * high;
        V rest = V.FmaNegated(y, high, product) - (y * low);
        rest = V.Select(V.LessThan(V.Abs(product), Const<V, T>(1000)), rest, V.Zero);
        // In the clamped range nothing is lost: beyond it the power is 0 or ∞.
        V bound = Const<V, T>(IsFloat<T>() ? 88.72283 : 709.7827128933);
        V power = ExpBelowOverflow<V, T>(V.Min(bound, product), rest);
        power = V.Select(V.LessThan(bound, product), Const<V, T>(double.PositiveInfinity), power);

        V isInteger = V.Equals(V.Round(y), y);
        V half = Const<V, T>(0.5) * y;
        V isEven = V.Equals(V.Round(half), half);
        V signed = V.Select(isEven, power, V.Select(isInteger, -power, power));
        V isNegative = V.LessThan(x, V.Zero);
        V ofNegative = V.Select(isInteger, signed, Const<V, T>(double.NaN));
        V infinite = Const<V, T>(double.PositiveInfinity);
        ofNegative = V.Select(V.Equals(magnitude, infinite), signed, ofNegative);
        power = V.Select(isNegative, ofNegative, power);
        // (−1)^±∞ is 1, as of any x of magnitude 1 the logarithm is 0.
        V isOne = V.Equals(x, one);
        power = V.Select(V.Equals(magnitude, one), V.Select(V.Equals(V.Abs(y), infinite), one, power), power);
        return V.Select(isOne, one, V.Select(V.Equals(y, V.Zero), one, power));
    }

    // x = 2^e (1 + f) with 1 + f in [√½, √2), for positive x; other x are put right by LogLimits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ReduceToMantissa<V, T>(V x, out V e)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V smallestNormal = Const<V, T>(IsFloat<T>() ? 1.17549435e-38 : 2.2250738585072014e-308);
        V isSubnormal = V.LessThan(x, smallestNormal);
        x = V.Select(isSubnormal, x * Const<V, T>(IsFloat<T>() ? 33554432.0 : 18014398509481984.0), x);
        V m = V.SplitExponent(x, out e);
        e -= V.Select(isSubnormal, Const<V, T>(IsFloat<T>() ? 25 : 54), V.Zero);
        V isLow = V.LessThan(m, Const<V, T>(0.70710678118654752));
        e -= V.Select(isLow, Const<V, T>(1), V.Zero);
        return V.Select(isLow, m + m, m) - Const<V, T>(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LogLimits<V, T>(V x, V result)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V outside = V.Select(V.Equals(x, V.Zero), Const<V, T>(double.NegativeInfinity), Const<V, T>(double.NaN));
        result = V.Select(V.LessThan(V.Zero, x), result, outside);
        return V.Select(V.Equals(x, Const<V, T>(double.PositiveInfinity)), x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void LogInTwoWords<V, T>(V x, out V high, out V low)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V f = ReduceToMantissa<V, T>(x, out V e);
        V two = Const<V, T>(2);
        V d = f + two;
        V dLow = f - (d - two);
        V s = f / d;
        V sLow = V.FmaNegated(s, dLow, V.FmaNegated(s, d, f)) / d;
        V z = s * s;
        V leading = s + s;
        V tail = V.Fma(s * z, LogTail<V, T>(z), sLow + sLow);
        V exponent = e * Const<V, T>(Log2High<T>());
        V sum = exponent + leading;
        tail += leading - (sum - exponent);
        tail = V.Fma(e, Const<V, T>(Log2Low<T>()), tail);
        high = sum + tail;
        low = tail - (high - sum);
        high = LogLimits<V, T>(x, high);
    }

    // (log((1 + s) / (1 − s)) − 2s) / s³ in z = s² for 1 + f in [√½, √2); error of the whole: 1e-11 and 2e-20.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LogTail<V, T>(V z)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            p = Const<V, T>(0.2358356785);
            p = V.Fma(p, z, Const<V, T>(0.2853723855));
            p = V.Fma(p, z, Const<V, T>(0.4000033621));
            return V.Fma(p, z, Const<V, T>(0.6666666564));
        }
        p = Const<V, T>(0.1325270948521442089);
        p = V.Fma(p, z, Const<V, T>(0.1324996716291283922));
        p = V.Fma(p, z, Const<V, T>(0.1538709741628045702));
        p = V.Fma(p, z, Const<V, T>(0.1818177551404938898));
        p = V.Fma(p, z, Const<V, T>(0.2222222264867939929));
        p = V.Fma(p, z, Const<V, T>(0.2857142856907344877));
        p = V.Fma(p, z, Const<V, T>(0.4000000000000628556));
        return V.Fma(p, z, Const<V, T>(0.6666666666666666093));
    }
}
