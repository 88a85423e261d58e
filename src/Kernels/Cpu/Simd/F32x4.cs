using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>4 lanes of float for any machine; no fused multiply-add is assumed.</summary>
public readonly unsafe struct F32x4 : ISimd<F32x4, float>
{
    readonly Vector128<float> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    F32x4(Vector128<float> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static F32x4 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Load(float* source) => new(Vector128.Load(source));

    public static F32x4 LoadPartial(float* source, int count)
    {
        float* lanes = stackalloc float[4];
        for (int i = 0; i < 4; i++)
            lanes[i] = i < count ? source[i] : 0;
        return Load(lanes);
    }

    public static void StorePartial(F32x4 value, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = value._v[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x4 value, float* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(F32x4 value, float* destination) => value._v.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 operator +(F32x4 left, F32x4 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 operator -(F32x4 left, F32x4 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 operator *(F32x4 left, F32x4 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 operator /(F32x4 left, F32x4 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 operator -(F32x4 value) => new(-value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Fma(F32x4 a, F32x4 b, F32x4 c) => new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 FmaNegated(F32x4 a, F32x4 b, F32x4 c) => new(c._v - (a._v * b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Reciprocal(F32x4 x) => new(Vector128<float>.One / x._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Quotient(F32x4 a, F32x4 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Min(F32x4 left, F32x4 right) => new(Vector128.MinNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Max(F32x4 left, F32x4 right) => new(Vector128.MaxNative(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Abs(F32x4 value) => new(Vector128.Abs(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Sqrt(F32x4 value) => new(Vector128.Sqrt(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Round(F32x4 value) => new(Vector128.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Scale(F32x4 x, F32x4 n) => new((x._v.AsInt32() + (Vector128.ConvertToInt32Native(n._v) << 23)).AsSingle());

    public static bool ScaleSaturates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 LessThan(F32x4 left, F32x4 right) => new(Vector128.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Equals(F32x4 left, F32x4 right) => new(Vector128.Equals(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Select(F32x4 mask, F32x4 whenTrue, F32x4 whenFalse) => new(Vector128.ConditionalSelect(mask._v, whenTrue._v, whenFalse._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 ZeroWhereLess(F32x4 x, F32x4 bound, F32x4 value) => new(Vector128.AndNot(value._v, Vector128.LessThan(x._v, bound._v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MaskBits(F32x4 mask) => Vector128.ExtractMostSignificantBits(mask._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 FromMaskBits(uint bits)
    {
        var lanes = Vector128.Create(1, 2, 4, 8);
        return new(Vector128.Equals(Vector128.Create((int)bits) & lanes, lanes).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 CopySign(F32x4 magnitude, F32x4 sign) => new(Vector128.ConditionalSelect(Vector128.Create(-0.0f), sign._v, magnitude._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 SplitExponent(F32x4 x, out F32x4 exponent)
    {
        var bits = x._v.AsInt32();
        exponent = new(Vector128.ConvertToSingle((bits >> 23) - Vector128.Create(126)));
        return new(((bits & Vector128.Create(0x007f_ffff)) | Vector128.Create(0x3f00_0000)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(F32x4 value) => (value._v[0] + value._v[2]) + (value._v[1] + value._v[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(F32x4 value) => MathF.Max(MathF.Max(value._v[0], value._v[2]), MathF.Max(value._v[1], value._v[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Sum(Vector128<float> value) => Sum(new F32x4(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float MaxAcross(Vector128<float> value) => MaxAcross(new F32x4(value));
}
