using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>16 lanes of float for AVX-512.</summary>
public readonly unsafe struct F32x16 : ISimd<F32x16, float>
{
    readonly Vector512<float> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    F32x16(Vector512<float> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static F32x16 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 LoadPartial(float* source, int count) => new(Avx512F.MaskLoad(source, FirstLanes(count), Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F32x16 value, float* destination, int count) => Avx512F.MaskStore(destination, FirstLanes(count), value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> FirstLanes(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x16 value, float* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(F32x16 value, float* destination) => value._v.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator +(F32x16 left, F32x16 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 left, F32x16 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator *(F32x16 left, F32x16 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator /(F32x16 left, F32x16 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 value) => new(-value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Fma(F32x16 a, F32x16 b, F32x16 c) => new(Avx512F.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 FmaNegated(F32x16 a, F32x16 b, F32x16 c) => new(Avx512F.FusedMultiplyAddNegated(a._v, b._v, c._v));

    // A Newton step on the 14-bit estimate: the full division takes four times as long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Reciprocal(F32x16 x)
    {
        var r = Avx512F.Reciprocal14(x._v);
        return new(Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(x._v, r, Vector512<float>.One), r));
    }

    // The estimate's quotient and one correction by its remainder.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Quotient(F32x16 a, F32x16 b)
    {
        var r = Avx512F.Reciprocal14(b._v);
        var q = a._v * r;
        return new(Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(b._v, q, a._v), q));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Min(F32x16 left, F32x16 right) => new(Vector512.MinNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Max(F32x16 left, F32x16 right) => new(Vector512.MaxNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Abs(F32x16 value) => new(Vector512.Abs(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sqrt(F32x16 value) => new(Vector512.Sqrt(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Round(F32x16 value) => new(Avx512F.RoundScale(value._v, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Scale(F32x16 x, F32x16 n) => new(Avx512F.Scale(x._v, n._v));

    public static bool ScaleSaturates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 LessThan(F32x16 left, F32x16 right) => new(Vector512.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Equals(F32x16 left, F32x16 right) => new(Vector512.Equals(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Select(F32x16 mask, F32x16 whenTrue, F32x16 whenFalse) => new(Vector512.ConditionalSelect(mask._v, whenTrue._v, whenFalse._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 ZeroWhereLess(F32x16 x, F32x16 bound, F32x16 value) => new(Vector512.ConditionalSelect(Vector512.LessThan(x._v, bound._v), Vector512<float>.Zero, value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MaskBits(F32x16 mask) => (uint)Vector512.ExtractMostSignificantBits(mask._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 FromMaskBits(uint bits)
    {
        var lanes = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return new(Vector512.Equals(Vector512.Create((int)bits) & lanes, lanes).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 CopySign(F32x16 magnitude, F32x16 sign) => new(Vector512.ConditionalSelect(Vector512.Create(-0.0f), sign._v, magnitude._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 SplitExponent(F32x16 x, out F32x16 exponent)
    {
        var bits = x._v.AsInt32();
        exponent = new(Vector512.ConvertToSingle((bits >> 23) - Vector512.Create(126)));
        return new(((bits & Vector512.Create(0x007f_ffff)) | Vector512.Create(0x3f00_0000)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(F32x16 value) => F32x8.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(F32x16 value) => F32x8.MaxAcross(Vector256.MaxNative(value._v.GetLower(), value._v.GetUpper()));
}
