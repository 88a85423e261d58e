using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>4 lanes of double for AVX2 with FMA.</summary>
public readonly unsafe struct F64x4 : ISimd<F64x4, double>
{
    readonly Vector256<double> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    F64x4(Vector256<double> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static F64x4 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<double>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Create(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Load(double* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 LoadPartial(double* source, int count) => new(Avx.MaskLoad(source, FirstLanes(count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F64x4 value, double* destination, int count) => Avx.MaskStore(destination, FirstLanes(count), value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<double> FirstLanes(int count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x4 value, double* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(F64x4 value, double* destination) => value._v.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator +(F64x4 left, F64x4 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator -(F64x4 left, F64x4 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator *(F64x4 left, F64x4 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator /(F64x4 left, F64x4 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator -(F64x4 value) => new(-value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Fma(F64x4 a, F64x4 b, F64x4 c) => new(System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 FmaNegated(F64x4 a, F64x4 b, F64x4 c) => new(System.Runtime.Intrinsics.X86.Fma.MultiplyAddNegated(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Reciprocal(F64x4 x) => new(Vector256<double>.One / x._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Quotient(F64x4 a, F64x4 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Min(F64x4 left, F64x4 right) => new(Vector256.MinNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Max(F64x4 left, F64x4 right) => new(Vector256.MaxNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Abs(F64x4 value) => new(Vector256.Abs(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Sqrt(F64x4 value) => new(Vector256.Sqrt(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Round(F64x4 value) => new(Vector256.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Scale(F64x4 x, F64x4 n) => new((x._v.AsInt64() + ((n._v + Vector256.Create(RoundingMagic)).AsInt64() << 52)).AsDouble());

    public static bool ScaleSaturates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 LessThan(F64x4 left, F64x4 right) => new(Vector256.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Equals(F64x4 left, F64x4 right) => new(Vector256.Equals(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Select(F64x4 mask, F64x4 whenTrue, F64x4 whenFalse) => new(Vector256.ConditionalSelect(mask._v, whenTrue._v, whenFalse._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 ZeroWhereLess(F64x4 x, F64x4 bound, F64x4 value) => new(Vector256.AndNot(value._v, Vector256.LessThan(x._v, bound._v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MaskBits(F64x4 mask) => Vector256.ExtractMostSignificantBits(mask._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 FromMaskBits(uint bits)
    {
        var lanes = Vector256.Create(1L, 2L, 4L, 8L);
        return new(Vector256.Equals(Vector256.Create((long)bits) & lanes, lanes).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 CopySign(F64x4 magnitude, F64x4 sign) => new(Vector256.ConditionalSelect(Vector256.Create(-0.0), sign._v, magnitude._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 SplitExponent(F64x4 x, out F64x4 exponent)
    {
        var bits = x._v.AsInt64();
        exponent = new(((bits >> 52) - Vector256.Create(1022L) + Vector256.Create(RoundingMagic).AsInt64()).AsDouble() - Vector256.Create(RoundingMagic));
        return new(((bits & Vector256.Create(0x000f_ffff_ffff_ffffL)) | Vector256.Create(0x3fe0_0000_0000_0000L)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F64x4 value) => F64x2.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxAcross(F64x4 value) => F64x2.MaxAcross(Vector128.MaxNative(value._v.GetLower(), value._v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Sum(Vector256<double> value) => Sum(new F64x4(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double MaxAcross(Vector256<double> value) => MaxAcross(new F64x4(value));

    // 1.5 · 2^52: adding it leaves an integer of up to 51 bits in the low bits, which stands in for the conversion that
    // only AVX-512DQ has.
    const double RoundingMagic = 6755399441055744.0;
}
