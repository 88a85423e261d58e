using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>One lane: the definition that the vectors must reproduce, and the ends of their ranges.</summary>
readonly unsafe struct U32x1 : ILanes<U32x1>
{
    readonly uint _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    U32x1(uint v) => _v = v;

    float Single
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.UInt32BitsToSingle(_v);
    }

    public static int Count => 1;

    public static U32x1 CounterOffsets => new(0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Create(uint value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Create(float value) => new(BitConverter.SingleToUInt32Bits(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Load(uint* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(U32x1 value, uint* destination) => *destination = value._v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator +(U32x1 left, U32x1 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator -(U32x1 left, U32x1 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator &(U32x1 left, U32x1 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator |(U32x1 left, U32x1 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator ^(U32x1 left, U32x1 right) => new(left._v ^ right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator <<(U32x1 value, int count) => new(value._v << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator >>>(U32x1 value, int count) => new(value._v >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 operator >>(U32x1 value, int count) => new((uint)((int)value._v >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Multiply(U32x1 left, uint right, out U32x1 upper)
    {
        ulong product = (ulong)left._v * right;
        upper = new((uint)(product >> 32));
        return new((uint)product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Less(U32x1 left, U32x1 right) => new(left._v < right._v ? uint.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Select(U32x1 mask, U32x1 whenSet, U32x1 whenClear)
        => new((mask._v & whenSet._v) | (~mask._v & whenClear._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 ToFloat(U32x1 integer) => Create((float)(int)integer._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Times(U32x1 left, U32x1 right) => Create(left.Single * right.Single);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Fma(U32x1 a, U32x1 b, U32x1 c) => Create(MathF.FusedMultiplyAdd(a.Single, b.Single, c.Single));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static U32x1 Sqrt(U32x1 value) => Create(MathF.Sqrt(value.Single));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInterleaved(U32x1 w0, U32x1 w1, U32x1 w2, U32x1 w3, uint* destination)
    {
        destination[0] = w0._v;
        destination[1] = w1._v;
        destination[2] = w2._v;
        destination[3] = w3._v;
    }
}
