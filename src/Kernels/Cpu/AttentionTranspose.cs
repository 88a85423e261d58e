using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>Transposes of small blocks in registers: queries go from rows to vector lanes and results back.</summary>
static unsafe class AttentionTranspose
{
    /// <summary>destination[c, r] = source[r, c] for r &lt; rows, c &lt; columns; the strides count elements between rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(int rows, int columns, T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        int side = typeof(T) == typeof(float) && Avx.IsSupported ? 8 : typeof(T) == typeof(double) && Avx.IsSupported ? 4 : 0;
        int fullRows = side == 0 ? 0 : rows / side * side, fullColumns = side == 0 ? 0 : columns / side * side;
        for (int r = 0; r < fullRows; r += side)
        {
            for (int c = 0; c < fullColumns; c += side)
            {
                T* from = source + r * sourceRow + c;
                T* to = destination + c * destinationRow + r;
                if (typeof(T) == typeof(float))
                    Block8((float*)from, sourceRow, (float*)to, destinationRow);
                else
                    Block4((double*)from, sourceRow, (double*)to, destinationRow);
            }
        }
        Edge(0, fullRows, fullColumns, columns, source, sourceRow, destination, destinationRow);
        Edge(fullRows, rows, 0, columns, source, sourceRow, destination, destinationRow);
    }

    static void Edge<T>(
        int rowBegin, int rowEnd, int columnBegin, int columnEnd, T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        for (int r = rowBegin; r < rowEnd; r++)
        {
            for (int c = columnBegin; c < columnEnd; c++)
                destination[c * destinationRow + r] = source[r * sourceRow + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block8(float* source, nint sourceRow, float* destination, nint destinationRow)
    {
        // Halves of rows i and i + 4 in one register: the exchange across 128-bit lanes is then part of the loads.
        float* lower = source + 4 * sourceRow;
        Vector256<float> a0 = Halves(source, lower), b0 = Halves(source + 4, lower + 4);
        Vector256<float> a1 = Halves(source + sourceRow, lower + sourceRow);
        Vector256<float> b1 = Halves(source + sourceRow + 4, lower + sourceRow + 4);
        Vector256<float> a2 = Halves(source + 2 * sourceRow, lower + 2 * sourceRow);
        Vector256<float> b2 = Halves(source + 2 * sourceRow + 4, lower + 2 * sourceRow + 4);
        Vector256<float> a3 = Halves(source + 3 * sourceRow, lower + 3 * sourceRow);
        Vector256<float> b3 = Halves(source + 3 * sourceRow + 4, lower + 3 * sourceRow + 4);
        Columns4(a0, a1, a2, a3, destination, destinationRow);
        Columns4(b0, b1, b2, b3, destination + 4 * destinationRow, destinationRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Halves(float* first, float* second)
        => Vector256.Create(Vector128.Load(first), Vector128.Load(second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Columns4(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3, float* destination, nint row)
    {
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(low01, low23).AsSingle().Store(destination);
        Avx.UnpackHigh(low01, low23).AsSingle().Store(destination + row);
        Avx.UnpackLow(high01, high23).AsSingle().Store(destination + 2 * row);
        Avx.UnpackHigh(high01, high23).AsSingle().Store(destination + 3 * row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block4(double* source, nint sourceRow, double* destination, nint destinationRow)
    {
        double* lower = source + 2 * sourceRow;
        Columns2(Halves(source, lower), Halves(source + sourceRow, lower + sourceRow), destination, destinationRow);
        Columns2(Halves(source + 2, lower + 2), Halves(source + sourceRow + 2, lower + sourceRow + 2),
            destination + 2 * destinationRow, destinationRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<double> Halves(double* first, double* second)
        => Vector256.Create(Vector128.Load(first), Vector128.Load(second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Columns2(Vector256<double> r0, Vector256<double> r1, double* destination, nint row)
    {
        Avx.UnpackLow(r0, r1).Store(destination);
        Avx.UnpackHigh(r0, r1).Store(destination + row);
    }
}
