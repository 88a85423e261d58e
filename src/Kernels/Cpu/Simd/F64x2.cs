using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>2 lanes of double for any machine; no fused multiply-add is assumed.</summary>
public readonly unsafe struct F64x2 : ISimd<F64x2, double>
{
    readonly Vector128<double> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    F64x2(Vector128<double> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static F64x2 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<double>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Create(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Load(double* source) => new(Vector128.Load(source));

    public static F64x2 LoadPartial(double* source, int count)
    {
        double* lanes = stackalloc double[2];
        for (int i = 0; i < 2; i++)
            lanes[i] = i < count ? source[i] : 0;
        return Load(lanes);
    }

    public static void StorePartial(F64x2 value, double* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = value._v[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x2 value, double* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(F64x2 value, double* destination) => value._v.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator +(F64x2 left, F64x2 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator -(F64x2 left, F64x2 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator *(F64x2 left, F64x2 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator /(F64x2 left, F64x2 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator -(F64x2 value) => new(-value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Fma(F64x2 a, F64x2 b, F64x2 c) => new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 FmaNegated(F64x2 a, F64x2 b, F64x2 c) => new(c._v - (a._v * b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Reciprocal(F64x2 x) => new(Vector128<double>.One / x._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Quotient(F64x2 a, F64x2 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Min(F64x2 left, F64x2 right) => new(Vector128.MinNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Max(F64x2 left, F64x2 right) => new(Vector128.MaxNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Abs(F64x2 value) => new(Vector128.Abs(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Sqrt(F64x2 value) => new(Vector128.Sqrt(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Round(F64x2 value) => new(Vector128.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Scale(F64x2 x, F64x2 n) => new((x._v.AsInt64() + ((n._v + Vector128.Create(RoundingMagic)).AsInt64() << 52)).AsDouble());

    public static bool ScaleSaturates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 LessThan(F64x2 left, F64x2 right) => new(Vector128.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Equals(F64x2 left, F64x2 right) => new(Vector128.Equals(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Select(F64x2 mask, F64x2 whenTrue, F64x2 whenFalse) => new(Vector128.ConditionalSelect(mask._v, whenTrue._v, whenFalse._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 ZeroWhereLess(F64x2 x, F64x2 bound, F64x2 value) => new(Vector128.AndNot(value._v, Vector128.LessThan(x._v, bound._v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MaskBits(F64x2 mask) => Vector128.ExtractMostSignificantBits(mask._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 FromMaskBits(uint bits)
    {
        var lanes = Vector128.Create(1L, 2L);
        return new(Vector128.Equals(Vector128.Create((long)bits) & lanes, lanes).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 CopySign(F64x2 magnitude, F64x2 sign) => new(Vector128.ConditionalSelect(Vector128.Create(-0.0), sign._v, magnitude._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 SplitExponent(F64x2 x, out F64x2 exponent)
    {
        var bits = x._v.AsInt64();
        exponent = new(((bits >> 52) - Vector128.Create(1022L) + Vector128.Create(RoundingMagic).AsInt64()).AsDouble() - Vector128.Create(RoundingMagic));
        return new(((bits & Vector128.Create(0x000f_ffff_ffff_ffffL)) | Vector128.Create(0x3fe0_0000_0000_0000L)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F64x2 value) => value._v[0] + value._v[1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxAcross(F64x2 value) => Math.Max(value._v[0], value._v[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Sum(Vector128<double> value) => Sum(new F64x2(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double MaxAcross(Vector128<double> value) => MaxAcross(new F64x2(value));

    // 1.5 · 2^52: adding it leaves an integer of up to 51 bits in the low bits, which stands in for the conversion that
    // only AVX-512DQ has.
    const double RoundingMagic = 6755399441055744.0;
}
