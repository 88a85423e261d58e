using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>8 lanes of double for AVX-512.</summary>
public readonly unsafe struct F64x8 : ISimd<F64x8, double>
{
    readonly Vector512<double> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    F64x8(Vector512<double> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static F64x8 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<double>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Create(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Load(double* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 LoadPartial(double* source, int count) => new(Avx512F.MaskLoad(source, FirstLanes(count), Vector512<double>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F64x8 value, double* destination, int count) => Avx512F.MaskStore(destination, FirstLanes(count), value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> FirstLanes(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x8 value, double* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(F64x8 value, double* destination) => value._v.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator +(F64x8 left, F64x8 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 left, F64x8 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator *(F64x8 left, F64x8 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator /(F64x8 left, F64x8 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 value) => new(-value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Fma(F64x8 a, F64x8 b, F64x8 c) => new(Avx512F.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 FmaNegated(F64x8 a, F64x8 b, F64x8 c) => new(Avx512F.FusedMultiplyAddNegated(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Reciprocal(F64x8 x) => new(Vector512<double>.One / x._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Quotient(F64x8 a, F64x8 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Min(F64x8 left, F64x8 right) => new(Vector512.MinNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Max(F64x8 left, F64x8 right) => new(Vector512.MaxNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Abs(F64x8 value) => new(Vector512.Abs(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sqrt(F64x8 value) => new(Vector512.Sqrt(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Round(F64x8 value) => new(Avx512F.RoundScale(value._v, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Scale(F64x8 x, F64x8 n) => new(Avx512F.Scale(x._v, n._v));

    public static bool ScaleSaturates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 LessThan(F64x8 left, F64x8 right) => new(Vector512.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Equals(F64x8 left, F64x8 right) => new(Vector512.Equals(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Select(F64x8 mask, F64x8 whenTrue, F64x8 whenFalse) => new(Vector512.ConditionalSelect(mask._v, whenTrue._v, whenFalse._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 ZeroWhereLess(F64x8 x, F64x8 bound, F64x8 value) => new(Vector512.ConditionalSelect(Vector512.LessThan(x._v, bound._v), Vector512<double>.Zero, value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MaskBits(F64x8 mask) => (uint)Vector512.ExtractMostSignificantBits(mask._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 FromMaskBits(uint bits)
    {
        var lanes = Vector512.Create(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L);
        return new(Vector512.Equals(Vector512.Create((long)bits) & lanes, lanes).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 CopySign(F64x8 magnitude, F64x8 sign) => new(Vector512.ConditionalSelect(Vector512.Create(-0.0), sign._v, magnitude._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 SplitExponent(F64x8 x, out F64x8 exponent)
    {
        var bits = x._v.AsInt64();
        exponent = new(((bits >> 52) - Vector512.Create(1022L) + Vector512.Create(RoundingMagic).AsInt64()).AsDouble() - Vector512.Create(RoundingMagic));
        return new(((bits & Vector512.Create(0x000f_ffff_ffff_ffffL)) | Vector512.Create(0x3fe0_0000_0000_0000L)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F64x8 value) => F64x4.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxAcross(F64x8 value) => F64x4.MaxAcross(Vector256.MaxNative(value._v.GetLower(), value._v.GetUpper()));

    // 1.5 · 2^52: adding it leaves an integer of up to 51 bits in the low bits, which stands in for the conversion that
    // only AVX-512DQ has.
    const double RoundingMagic = 6755399441055744.0;
}
