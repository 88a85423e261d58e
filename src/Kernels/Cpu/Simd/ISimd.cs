using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// One vector register of <typeparamref name="T"/>: the vocabulary in which every CPU kernel is written once and compiled for
/// each width. Implementations wrap one hardware vector and inline completely.
/// </summary>
/// <typeparam name="TSelf">The implementing vector.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
/// <remarks>
/// Comparisons give a mask of all-one or all-zero lanes for <see cref="Select"/>. <see cref="Min"/> and <see cref="Max"/> return
/// their second argument when either is NaN, as x86 does. Reductions add in a fixed order, so results do not depend on threads.
/// </remarks>
public unsafe interface ISimd<TSelf, T>
    where TSelf : unmanaged, ISimd<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Create(T value);

    static abstract TSelf Load(T* source);

    /// <summary>Loads the first <paramref name="count"/> lanes, 0 ≤ count &lt; Count; the others are zero and not touched in memory.</summary>
    static abstract TSelf LoadPartial(T* source, int count);

    static abstract void Store(TSelf value, T* destination);

    /// <summary>Stores past the caches; the address must be aligned to the vector. A fence must follow before another thread reads.</summary>
    static abstract void StoreNonTemporal(TSelf value, T* destination);

    /// <summary>Stores the first <paramref name="count"/> lanes, 0 ≤ count &lt; Count, and touches nothing beyond them.</summary>
    static abstract void StorePartial(TSelf value, T* destination, int count);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    /// <summary>a · b + c with one rounding where the hardware has it.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>c − a · b with one rounding where the hardware has it.</summary>
    static abstract TSelf FmaNegated(TSelf a, TSelf b, TSelf c);

    /// <summary>a / b within 1 ulp, for finite a and for b whose reciprocal is a normal number; anything for others.</summary>
    static abstract TSelf Quotient(TSelf a, TSelf b);

    /// <summary>1 / x within 1 ulp, for x whose reciprocal is a normal number; anything for others.</summary>
    static abstract TSelf Reciprocal(TSelf x);

    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Max(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>x · 2^n for integral n; unless <see cref="ScaleSaturates"/>, x and the result must be normal numbers.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    /// <summary>Whether <see cref="Scale"/> takes any x and n and gives infinities and zeros beyond the range by itself.</summary>
    static abstract bool ScaleSaturates { get; }

    static abstract TSelf LessThan(TSelf left, TSelf right);

    static abstract TSelf Equals(TSelf left, TSelf right);

    /// <summary>Lane by lane: <paramref name="whenTrue"/> where the mask is set, else <paramref name="whenFalse"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Lane by lane: 0 where <paramref name="x"/> is below <paramref name="bound"/>, else <paramref name="value"/>.</summary>
    static abstract TSelf ZeroWhereLess(TSelf x, TSelf bound, TSelf value);

    /// <summary>One bit a lane of a mask, the first lane lowest.</summary>
    static abstract uint MaskBits(TSelf mask);

    /// <summary>The mask of which <see cref="MaskBits"/> would give <paramref name="bits"/>; bits above the lanes do not matter.</summary>
    static abstract TSelf FromMaskBits(uint bits);

    /// <summary>The magnitude of <paramref name="magnitude"/> with the sign bit of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Splits positive normal x into mantissa in [0.5, 1) and integral exponent: x = mantissa · 2^exponent.</summary>
    static abstract TSelf SplitExponent(TSelf x, out TSelf exponent);

    /// <summary>Sum of all lanes, by halves: the same order on every machine of this width.</summary>
    static abstract T Sum(TSelf value);

    /// <summary>Largest lane; NaN lanes may be lost.</summary>
    static abstract T MaxAcross(TSelf value);
}
