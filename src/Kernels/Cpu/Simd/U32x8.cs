using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>8 lanes for AVX2 with FMA.</summary>
readonly unsafe struct U32x8 : ILanes<U32x8>
{
    readonly Vector256<uint> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    U32x8(Vector256<uint> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static U32x8 CounterOffsets
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256.Create(0u, 2u, 4u, 6u, 1u, 3u, 5u, 7u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Create(uint value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Create(float value) => new(Vector256.Create(value).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Load(uint* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(U32x8 value, uint* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator +(U32x8 left, U32x8 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator -(U32x8 left, U32x8 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator &(U32x8 left, U32x8 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator |(U32x8 left, U32x8 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator ^(U32x8 left, U32x8 right) => new(left._v ^ right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator <<(U32x8 value, int count) => new(value._v << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator >>>(U32x8 value, int count) => new(value._v >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 operator >>(U32x8 value, int count) => new((value._v.AsInt32() >> count).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Multiply(U32x8 left, uint right, out U32x8 upper)
    {
        var factor = Vector256.Create(right);
        var even = Avx2.Multiply(left._v, factor);
        var odd = Avx2.Multiply((left._v.AsUInt64() >> 32).AsUInt32(), factor);
        var upperHalves = Vector256.Create(0xffff_ffff_0000_0000ul);
        upper = new(Vector256.ConditionalSelect(upperHalves, odd, even >> 32).AsUInt32());
        return new(Vector256.ConditionalSelect(upperHalves, odd << 32, even).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Less(U32x8 left, U32x8 right) => new(Vector256.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Select(U32x8 mask, U32x8 whenSet, U32x8 whenClear)
        => new(Vector256.ConditionalSelect(mask._v, whenSet._v, whenClear._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 ToFloat(U32x8 integer) => new(Vector256.ConvertToSingle(integer._v.AsInt32()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Times(U32x8 left, U32x8 right)
        => new((left._v.AsSingle() * right._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Fma(U32x8 a, U32x8 b, U32x8 c)
        => new(System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a._v.AsSingle(), b._v.AsSingle(),
            c._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x8 Sqrt(U32x8 value) => new(Vector256.Sqrt(value._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInterleaved(U32x8 w0, U32x8 w1, U32x8 w2, U32x8 w3, uint* destination)
    {
        var even = Avx2.UnpackLow(w0._v, w1._v).AsUInt64();
        var odd = Avx2.UnpackLow(w2._v, w3._v).AsUInt64();
        Avx2.UnpackLow(even, odd).AsUInt32().Store(destination);
        Avx2.UnpackHigh(even, odd).AsUInt32().Store(destination + 8);
        even = Avx2.UnpackHigh(w0._v, w1._v).AsUInt64();
        odd = Avx2.UnpackHigh(w2._v, w3._v).AsUInt64();
        Avx2.UnpackLow(even, odd).AsUInt32().Store(destination + 2 * 8);
        Avx2.UnpackHigh(even, odd).AsUInt32().Store(destination + 3 * 8);
    }
}
