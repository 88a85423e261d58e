using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static partial class VectorMath
{
    const double HalfReciprocalOfSqrtPi = 0.28209479177387814;
    const double ReciprocalOfSqrtTwoPi = 0.39894228040143268;

    /// <summary>Error function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V a = V.Min(Const<V, T>(IsFloat<T>() ? 10 : 27), V.Abs(x));
        V near = x * ErfNearZero<V, T>(x * x);
        V far = V.CopySign(Const<V, T>(1) - (ExpOfMinusProduct<V, T>(a, a) * ErfcScaled<V, T>(a, 1)), x);
        return V.Select(V.LessThan(a, Const<V, T>(0.5)), near, far);
    }

    /// <summary>Derivative of the error function, 2/√π · e^−x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ErfDerivative<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V a = V.Min(Const<V, T>(IsFloat<T>() ? 10 : 27), V.Abs(x));
        return Const<V, T>(4 * HalfReciprocalOfSqrtPi) * ExpOfMinusProduct<V, T>(a, a);
    }

    /// <summary>GELU, x · Φ(x) with the normal distribution Φ (Hendrycks and Gimpel, 2016).</summary>
    /// <remarks>From erfc, so that the tail of negative x keeps its relative accuracy.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V a = V.Min(Const<V, T>(IsFloat<T>() ? 15 : 40), V.Abs(x));
        V half = a * Const<V, T>(0.5);
        return V.FmaNegated(half, TwoTails<V, T>(a, half, out _), V.Max(V.Zero, x));
    }

    /// <summary>GELU and its derivative Φ(x) + x φ(x), which share their exponential.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<V, T>(V x, out V derivative)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V a = V.Min(Const<V, T>(IsFloat<T>() ? 15 : 40), V.Abs(x));
        V half = a * Const<V, T>(0.5);
        V upperTail = TwoTails<V, T>(a, half, out V bell) * Const<V, T>(0.5);
        V distribution = V.Select(V.LessThan(x, V.Zero), upperTail, Const<V, T>(1) - upperTail);
        derivative = V.Fma(V.CopySign(a, x), bell * Const<V, T>(ReciprocalOfSqrtTwoPi), distribution);
        return V.FmaNegated(a, upperTail, V.Max(V.Zero, x));
    }

    /// <summary>Derivative of the exact GELU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluDerivative<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gelu<V, T>(x, out V derivative);
        return derivative;
    }

    /// <summary>GELU by tanh: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluTanh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V finite = V.Max(Const<V, T>(-100), x);
        return finite * Sigmoid<V, T>(TwiceTanhArgument<V, T>(finite));
    }

    /// <summary>Derivative of <see cref="GeluTanh"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluTanhDerivative<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V bounded = V.Min(Const<V, T>(100), V.Max(Const<V, T>(-100), x));
        V s = Sigmoid<V, T>(TwiceTanhArgument<V, T>(bounded));
        V slope = V.Fma(bounded * bounded, Const<V, T>(3 * 0.044715 * TwiceSqrtTwoOverPi), Const<V, T>(TwiceSqrtTwoOverPi));
        return V.Fma(bounded * slope, V.FmaNegated(s, s, s), s);
    }

    const double TwiceSqrtTwoOverPi = 1.5957691216057308;

    // The sigmoid of this is (1 + tanh u) / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V TwiceTanhArgument<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x * V.Fma(x * x, Const<V, T>(0.044715 * TwiceSqrtTwoOverPi), Const<V, T>(TwiceSqrtTwoOverPi));

    // 2 (1 − Φ(a)) = erfc(a / √2) for a ≥ 0, from a and its half, and e^(−a²/2) on the way.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V TwoTails<V, T>(V a, V half, out V bell)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bell = ExpOfMinusProduct<V, T>(half, a);
        return bell * ErfcScaled<V, T>(a, 0.70710678118654752);
    }

    // e^−ab, where the rounding of ab would else be magnified by ab.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpOfMinusProduct<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V negative = -a;
        V product = negative * b;
        return ExpBelowOverflow<V, T>(product, V.FmaNegated(negative, b, product));
    }

    // e^a² erfc(a) = t P(t) with t = 1 / (1 + 0.3 a); relative error 1.9e-8 up to a = 9.5 and 1.6e-18 up to 26.7. The argument is
    // unit · a.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ErfcScaled<V, T>(V a, double unit)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V t = V.Reciprocal(V.Fma(a, Const<V, T>(0.3 * unit), Const<V, T>(1)));
        return t * ErfcPolynomial<V, T>(t - Const<V, T>(IsFloat<T>() ? 0.625 : 0.56));
    }

    // In t less the middle of its range, where the coefficients are tame.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ErfcPolynomial<V, T>(V t)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            p = Const<V, T>(-0.1294579376);
            p = V.Fma(p, t, Const<V, T>(-0.1620677171));
            p = V.Fma(p, t, Const<V, T>(0.1953903156));
            p = V.Fma(p, t, Const<V, T>(0.8389949815));
            p = V.Fma(p, t, Const<V, T>(1.380991647));
            p = V.Fma(p, t, Const<V, T>(1.51793297));
            p = V.Fma(p, t, Const<V, T>(1.250464053));
            p = V.Fma(p, t, Const<V, T>(0.8043145873));
            return V.Fma(p, t, Const<V, T>(0.408633086));
        }
        p = Const<V, T>(0.0017025708327359163612);
        p = V.Fma(p, t, Const<V, T>(-0.00041524951053270692371));
        p = V.Fma(p, t, Const<V, T>(-0.0041801394605197389249));
        p = V.Fma(p, t, Const<V, T>(0.0019536348083730216235));
        p = V.Fma(p, t, Const<V, T>(0.0063133114794698009393));
        p = V.Fma(p, t, Const<V, T>(-0.0049402838392480721662));
        p = V.Fma(p, t, Const<V, T>(-0.0085343459245117685778));
        p = V.Fma(p, t, Const<V, T>(0.0097471104391282425608));
        p = V.Fma(p, t, Const<V, T>(0.012676932313580235306));
        p = V.Fma(p, t, Const<V, T>(-0.017301140354689552938));
        p = V.Fma(p, t, Const<V, T>(-0.023683579517344334382));
        p = V.Fma(p, t, Const<V, T>(0.027722572971361986261));
        p = V.Fma(p, t, Const<V, T>(0.056234218996973211655));
        p = V.Fma(p, t, Const<V, T>(-0.027480903115868380446));
        p = V.Fma(p, t, Const<V, T>(-0.14605368285253012705));
        p = V.Fma(p, t, Const<V, T>(-0.088480711745036237796));
        p = V.Fma(p, t, Const<V, T>(0.25570994821097784296));
        p = V.Fma(p, t, Const<V, T>(0.74987960809412323452));
        p = V.Fma(p, t, Const<V, T>(1.1220021236008289045));
        p = V.Fma(p, t, Const<V, T>(1.1931728090493463315));
        p = V.Fma(p, t, Const<V, T>(0.98722894464297998885));
        p = V.Fma(p, t, Const<V, T>(0.65955035688132885801));
        return V.Fma(p, t, Const<V, T>(0.36124267420370673053));
    }

    // erf(x) / x in z = x² for |x| ≤ 0.51; error 1.8e-9 and 3.5e-20.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ErfNearZero<V, T>(V z)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            p = Const<V, T>(0.004700967645);
            p = V.Fma(p, z, Const<V, T>(-0.0267497049));
            p = V.Fma(p, z, Const<V, T>(0.1128272277));
            p = V.Fma(p, z, Const<V, T>(-0.3761260445));
            return V.Fma(p, z, Const<V, T>(1.128379165));
        }
        p = Const<V, T>(-1.455624345953315356e-7);
        p = V.Fma(p, z, Const<V, T>(1.636423153799207754e-6));
        p = V.Fma(p, z, Const<V, T>(-0.00001492268848889244357));
        p = V.Fma(p, z, Const<V, T>(0.0001205527859686440418));
        p = V.Fma(p, z, Const<V, T>(-0.0008548326404151666441));
        p = V.Fma(p, z, Const<V, T>(0.005223977621144215118));
        p = V.Fma(p, z, Const<V, T>(-0.02686617064495981814));
        p = V.Fma(p, z, Const<V, T>(0.1128379167095477837));
        p = V.Fma(p, z, Const<V, T>(-0.3761263890318374973));
        return V.Fma(p, z, Const<V, T>(1.128379167095512574));
    }
}
