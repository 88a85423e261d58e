using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>16 lanes for AVX-512.</summary>
readonly unsafe struct U32x16 : ILanes<U32x16>
{
    readonly Vector512<uint> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    U32x16(Vector512<uint> v) => _v = v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static U32x16 CounterOffsets
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512.Create(0u, 4u, 8u, 12u, 1u, 5u, 9u, 13u, 2u, 6u, 10u, 14u, 3u, 7u, 11u, 15u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Create(uint value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Create(float value) => new(Vector512.Create(value).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Load(uint* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(U32x16 value, uint* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator +(U32x16 left, U32x16 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator -(U32x16 left, U32x16 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator &(U32x16 left, U32x16 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator |(U32x16 left, U32x16 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator ^(U32x16 left, U32x16 right) => new(left._v ^ right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator <<(U32x16 value, int count) => new(value._v << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator >>>(U32x16 value, int count) => new(value._v >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 operator >>(U32x16 value, int count) => new((value._v.AsInt32() >> count).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Multiply(U32x16 left, uint right, out U32x16 upper)
    {
        var factor = Vector512.Create(right);
        var even = Avx512F.Multiply(left._v, factor);
        var odd = Avx512F.Multiply((left._v.AsUInt64() >> 32).AsUInt32(), factor);
        var upperHalves = Vector512.Create(0xffff_ffff_0000_0000ul);
        upper = new(Vector512.ConditionalSelect(upperHalves, odd, even >> 32).AsUInt32());
        return new(Vector512.ConditionalSelect(upperHalves, odd << 32, even).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Less(U32x16 left, U32x16 right) => new(Vector512.LessThan(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Select(U32x16 mask, U32x16 whenSet, U32x16 whenClear)
        => new(Vector512.ConditionalSelect(mask._v, whenSet._v, whenClear._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 ToFloat(U32x16 integer) => new(Vector512.ConvertToSingle(integer._v.AsInt32()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Times(U32x16 left, U32x16 right)
        => new((left._v.AsSingle() * right._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Fma(U32x16 a, U32x16 b, U32x16 c)
        => new(Avx512F.FusedMultiplyAdd(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x16 Sqrt(U32x16 value) => new(Vector512.Sqrt(value._v.AsSingle()).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInterleaved(U32x16 w0, U32x16 w1, U32x16 w2, U32x16 w3, uint* destination)
    {
        var even = Avx512F.UnpackLow(w0._v, w1._v).AsUInt64();
        var odd = Avx512F.UnpackLow(w2._v, w3._v).AsUInt64();
        Avx512F.UnpackLow(even, odd).AsUInt32().Store(destination);
        Avx512F.UnpackHigh(even, odd).AsUInt32().Store(destination + 16);
        even = Avx512F.UnpackHigh(w0._v, w1._v).AsUInt64();
        odd = Avx512F.UnpackHigh(w2._v, w3._v).AsUInt64();
        Avx512F.UnpackLow(even, odd).AsUInt32().Store(destination + 2 * 16);
        Avx512F.UnpackHigh(even, odd).AsUInt32().Store(destination + 3 * 16);
    }
}
