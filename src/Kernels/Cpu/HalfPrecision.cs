using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>
/// Sixteen at a time between float and the two storage types, by integer operations: the base library has no access to
/// the conversion instructions. Each returns how far it came; the caller does the rest.
/// </summary>
static unsafe class HalfPrecision
{
    const int Step = 16;
    const int SingleInfinity = 0x7f80_0000;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Narrow(float* x, BFloat16* y, int begin, int end)
    {
        int i = begin;
        for (; i <= end - Step; i += Step)
            Vector256.Narrow(ToBFloat16(Vector256.Load(x + i)),
                ToBFloat16(Vector256.Load(x + i + 8))).Store((ushort*)y + i);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Narrow(float* x, Half* y, int begin, int end)
    {
        int i = begin;
        for (; i <= end - Step; i += Step)
            Vector256.Narrow(ToHalf(Vector256.Load(x + i)), ToHalf(Vector256.Load(x + i + 8))).Store((ushort*)y + i);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Widen(BFloat16* x, float* y, int begin, int end)
    {
        int i = begin;
        for (; i <= end - Step; i += Step)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)x + i));
            (lower << 16).AsSingle().Store(y + i);
            (upper << 16).AsSingle().Store(y + i + 8);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Widen(Half* x, float* y, int begin, int end)
    {
        int i = begin;
        for (; i <= end - Step; i += Step)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)x + i));
            FromHalf(lower).Store(y + i);
            FromHalf(upper).Store(y + i + 8);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> ToBFloat16(Vector256<float> x)
    {
        var bits = x.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7fffu) + ((bits >> 16) & Vector256.Create(1u))) >> 16;
        var isNumber = Vector256.Equals(x, x).AsUInt32();
        return Vector256.ConditionalSelect(isNumber, rounded, (bits >> 16) | Vector256.Create(0x40u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> ToHalf(Vector256<float> x)
    {
        var bits = x.AsInt32();
        var magnitude = bits & Vector256.Create(0x7fff_ffff);
        var sign = ((bits ^ magnitude) >>> 16);
        // Normal results: the exponent is moved by 15 − 127 and the mantissa rounded at bit 13; a carry runs into the
        // exponent and, from 65520 on, into infinity.
        var odd = (magnitude >> 13) & Vector256.Create(1);
        var normal = (magnitude + Vector256.Create(((15 - 127) << 23) + 0xfff) + odd) >> 13;
        // Results below 2^−14: adding 0.5 puts the last bit of the half at the last bit of the sum, and the addition
        // rounds.
        var half = Vector256.Create(0.5f);
        var subnormal = (magnitude.AsSingle() + half).AsInt32() - half.AsInt32();
        var result = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create((127 - 14) << 23)),
            subnormal, normal);
        var huge = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create((127 + 16) << 23));
        result = Vector256.ConditionalSelect(huge, Vector256.Create(0x7c00), result);
        var nan = Vector256.GreaterThan(magnitude, Vector256.Create(SingleInfinity));
        var quiet = ((magnitude >> 13) & Vector256.Create(0x3ff)) | Vector256.Create(0x7e00);
        result = Vector256.ConditionalSelect(nan, quiet, result);
        return (result | sign).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> FromHalf(Vector256<uint> half)
    {
        var magnitude = (half & Vector256.Create(0x7fffu)) << 13;
        var sign = (half & Vector256.Create(0x8000u)) << 16;
        // Read as a float, the magnitude is 2^112 too small, for normal and subnormal halves alike.
        var scaled = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7c00u << 13));
        scaled = Vector256.ConditionalSelect(special, magnitude | Vector256.Create((uint)SingleInfinity), scaled);
        return (scaled | sign).AsSingle();
    }
}
