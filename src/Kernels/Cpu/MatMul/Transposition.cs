using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>Transposes small squares in registers.</summary>
static unsafe class Transposition
{
    /// <summary>Rows and columns of a square: 8 floats or 4 doubles with AVX, else 1.</summary>
    public static int Side<T>() where T : unmanaged => Avx.IsSupported ? 32 / sizeof(T) : 1;

    /// <summary>destination(j, i) = source(i, j) for a square of <see cref="Side"/>, rows at these strides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Square<T>(T* source, nint sourceStride, T* destination, nint destinationStride) where T : unmanaged
    {
        if (!Avx.IsSupported)
            *destination = *source;
        else if (typeof(T) == typeof(float))
            Square8((float*)source, sourceStride, (float*)destination, destinationStride);
        else
            Square4((double*)source, sourceStride, (double*)destination, destinationStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square8(float* s, nint lds, float* d, nint ldd)
    {
        // Halves of rows i and i + 4 share a register, so that all shuffles stay within 128-bit lanes.
        Vector256<float> a0 = Halves(s, s + (4 * lds)), a1 = Halves(s + lds, s + (5 * lds));
        Vector256<float> a2 = Halves(s + (2 * lds), s + (6 * lds)), a3 = Halves(s + (3 * lds), s + (7 * lds));
        Vector256<float> b0 = Halves(s + 4, s + (4 * lds) + 4), b1 = Halves(s + lds + 4, s + (5 * lds) + 4);
        Vector256<float> b2 = Halves(s + (2 * lds) + 4, s + (6 * lds) + 4), b3 = Halves(s + (3 * lds) + 4, s + (7 * lds) + 4);
        Columns4(a0, a1, a2, a3, d, ldd);
        Columns4(b0, b1, b2, b3, d + (4 * ldd), ldd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Halves(float* low, float* high) => Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Columns4(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3, float* d, nint ldd)
    {
        Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1);
        Vector256<float> low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
        Avx.Shuffle(low01, low23, 0x44).Store(d);
        Avx.Shuffle(low01, low23, 0xee).Store(d + ldd);
        Avx.Shuffle(high01, high23, 0x44).Store(d + (2 * ldd));
        Avx.Shuffle(high01, high23, 0xee).Store(d + (3 * ldd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square4(double* s, nint lds, double* d, nint ldd)
    {
        var r0 = Vector256.Create(Vector128.Load(s), Vector128.Load(s + (2 * lds)));
        var r1 = Vector256.Create(Vector128.Load(s + lds), Vector128.Load(s + (3 * lds)));
        var r2 = Vector256.Create(Vector128.Load(s + 2), Vector128.Load(s + (2 * lds) + 2));
        var r3 = Vector256.Create(Vector128.Load(s + lds + 2), Vector128.Load(s + (3 * lds) + 2));
        Avx.UnpackLow(r0, r1).Store(d);
        Avx.UnpackHigh(r0, r1).Store(d + ldd);
        Avx.UnpackLow(r2, r3).Store(d + (2 * ldd));
        Avx.UnpackHigh(r2, r3).Store(d + (3 * ldd));
    }
}
