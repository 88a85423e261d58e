using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Conversion between element types: float, double, <see cref="BFloat16"/>, <see cref="Half"/>, int, long, bool and
/// byte.
/// </summary>
/// <remarks>
/// To a floating-point type: rounded once to nearest, ties to even, from any type; NaN stays NaN, too large becomes
/// infinite, subnormal numbers are kept. From floating point to integers: towards zero, saturating, NaN becomes 0.
/// Between integers: the low bits, as in C. To bool: whether it differs from zero (NaN does); from bool: 0 or 1.
/// </remarks>
public static unsafe class CastCpu
{
    const int Grain = 32768;

    /// <summary>y[i] = x[i] as another type.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a type is none of the eight.</exception>
    public static void Cast<TFrom, TTo>(WorkerPool pool, ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (x.Length != y.Length)
            throw new ArgumentException(
                $"cast: source and destination must be equally long; got {x.Length} and {y.Length}.");
        if (!IsElement<TFrom>() || !IsElement<TTo>())
            throw new ArgumentException($"cast: no conversion from {typeof(TFrom).Name} to {typeof(TTo).Name}.");
        if (x.IsEmpty)
            return;
        int chunks = (x.Length + Grain - 1) / Grain;
        fixed (TFrom* from = x)
        fixed (TTo* to = y)
            pool.For(chunks, new Body<TFrom, TTo>(from, to, x.Length));
    }

    static bool IsElement<T>()
        => IsFloatingPoint<T>() || typeof(T) == typeof(int) || typeof(T) == typeof(long) || typeof(T) == typeof(bool)
            || typeof(T) == typeof(byte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsFloatingPoint<T>()
        => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            || typeof(T) == typeof(BFloat16) || typeof(T) == typeof(Half);

    readonly struct Body<TFrom, TTo>(TFrom* x, TTo* y, int length) : IParallelBody
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int begin = chunk * Grain;
            int end = Math.Min(length - begin, Grain) + begin;
            int i = begin;
            if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(BFloat16))
                i = HalfPrecision.Narrow((float*)x, (BFloat16*)y, begin, end);
            else if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(Half))
                i = HalfPrecision.Narrow((float*)x, (Half*)y, begin, end);
            else if (typeof(TFrom) == typeof(BFloat16) && typeof(TTo) == typeof(float))
                i = HalfPrecision.Widen((BFloat16*)x, (float*)y, begin, end);
            else if (typeof(TFrom) == typeof(Half) && typeof(TTo) == typeof(float))
                i = HalfPrecision.Widen((Half*)x, (float*)y, begin, end);
            for (; i < end; i++)
                y[i] = Convert<TFrom, TTo>(x[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TTo Convert<TFrom, TTo>(TFrom x)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float))
            return FromDouble<TTo>((float)(object)x);
        if (typeof(TFrom) == typeof(double))
            return FromDouble<TTo>((double)(object)x);
        if (typeof(TFrom) == typeof(BFloat16))
            return FromDouble<TTo>((float)(BFloat16)(object)x);
        if (typeof(TFrom) == typeof(Half))
            return FromDouble<TTo>((float)(Half)(object)x);
        if (typeof(TFrom) == typeof(long))
            return FromLong<TTo>((long)(object)x);
        int value = typeof(TFrom) == typeof(int) ? (int)(object)x
            : typeof(TFrom) == typeof(byte) ? (byte)(object)x
            : Unsafe.BitCast<TFrom, byte>(x) == 0 ? 0 : 1;
        // A double holds every int, so one rounding is left for floating-point targets.
        if (IsFloatingPoint<TTo>())
            return FromDouble<TTo>(value);
        return FromLong<TTo>(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TTo FromDouble<TTo>(double x) where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(float))
            return (TTo)(object)(float)x;
        if (typeof(TTo) == typeof(double))
            return (TTo)(object)x;
        if (typeof(TTo) == typeof(BFloat16))
            return (TTo)(object)(BFloat16)ToOdd(x);
        if (typeof(TTo) == typeof(Half))
            return (TTo)(object)(Half)x;
        if (typeof(TTo) == typeof(bool))
            return (TTo)(object)(x != 0);
        if (double.IsNaN(x))
            return default;
        if (typeof(TTo) == typeof(int))
            return (TTo)(object)(int)Math.Clamp(x, int.MinValue, int.MaxValue);
        if (typeof(TTo) == typeof(byte))
            return (TTo)(object)(byte)Math.Clamp(x, 0, 255);
        // 2^63 is the first double past the largest long.
        const double End = 9223372036854775808.0;
        return (TTo)(object)(x >= End ? long.MaxValue : x < -End ? long.MinValue : (long)x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TTo FromLong<TTo>(long x) where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(float))
            return (TTo)(object)(float)ToOdd(x);
        if (typeof(TTo) == typeof(double))
            return (TTo)(object)(double)x;
        if (typeof(TTo) == typeof(BFloat16))
            return (TTo)(object)(BFloat16)ToOdd(ToOdd(x));
        if (typeof(TTo) == typeof(Half))
            return (TTo)(object)(Half)ToOdd(x);
        if (typeof(TTo) == typeof(int))
            return (TTo)(object)unchecked((int)x);
        if (typeof(TTo) == typeof(long))
            return (TTo)(object)x;
        return typeof(TTo) == typeof(byte) ? (TTo)(object)unchecked((byte)x) : (TTo)(object)(x != 0);
    }

    // Rounding to odd on the way keeps a later rounding to fewer bits correct: an inexact value never lands on a tie.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float ToOdd(double x)
    {
        float nearest = (float)x;
        if (nearest == x || double.IsNaN(x))
            return nearest;
        int bits = BitConverter.SingleToInt32Bits(nearest);
        if ((bits & 1) == 0)
            bits += Math.Abs((double)nearest) > Math.Abs(x) ? -1 : 1;
        return BitConverter.Int32BitsToSingle(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double ToOdd(long x)
    {
        const int Dropped = 11; // a long has 11 bits more than a double's 53
        long sticky = (x & ((1L << Dropped) - 1)) != 0 && Math.Abs((double)x) >= 1L << 53 ? 1L << Dropped : 0;
        return sticky == 0 ? x : (x & -(1L << Dropped)) | sticky;
    }
}
