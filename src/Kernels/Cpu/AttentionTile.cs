using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// The register-blocked products of attention: C (+)= A · B, where A is read one element at a time with any two strides
/// (rows of keys as they lie, or their columns) and B and C hold vectors along their rows.
/// </summary>
/// <remarks>
/// With a token as a row and 64 queries along the vectors, keys, values and gradients need no packing: every operand
/// that would have to be transposed is the broadcast one. 8 rows x 2 vectors suit the 32 registers of AVX-512, 4 x 2
/// the 16 of AVX2. <see cref="MicroKernel"/> takes its operands from a structure, for taps and epilogues that attention
/// lacks: at depths of 16 to 160 it was 3 to 9 % slower here, and its B has no ragged columns where rows lie apart.
/// </remarks>
static unsafe class AttentionTile<TVector, T>
    where TVector : unmanaged, ISimd<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static bool Wide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVector.Count * sizeof(T) == 64;
    }

    /// <summary>
    /// C (+)= A · B: A (rows, depth) with strides aRow and aStep, B (depth, columns) with rows bStep apart, C (rows,
    /// columns).
    /// </summary>
    /// <remarks>
    /// Rows of C may be written twice when nothing is accumulated, so they must not hold part of A or B.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        int rows, int depth, int columns, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow,
        bool accumulate)
    {
        int row = 0;
        if (!Wide && aStep != 0)
        {
            int whole = columns / TVector.Count * TVector.Count;
            MicroKernel.Multiply<TVector, T>(a, aRow, aStep, b, bStep, c, cRow, rows, whole, depth, accumulate);
            if (whole == columns)
                return;
            b += whole;
            c += whole;
            columns -= whole;
        }
        if (Wide)
        {
            for (; row + 8 <= rows; row += 8)
                RowTile8(depth, columns, a + row * aRow, aRow, aStep, b, bStep, c + row * cRow, cRow, accumulate);
            if (row < rows && rows >= 8 && !accumulate)
            {
                row = rows - 8;
                RowTile8(depth, columns, a + row * aRow, aRow, aStep, b, bStep, c + row * cRow, cRow, accumulate);
                return;
            }
        }
        for (; row + 4 <= rows; row += 4)
            RowTile4(depth, columns, a + row * aRow, aRow, aStep, b, bStep, c + row * cRow, cRow, accumulate);
        for (; row < rows; row++)
            RowTile1(depth, columns, a + row * aRow, aStep, b, bStep, c + row * cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void RowTile8(
        int depth, int columns, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        int column = 0;
        for (; column + 2 * TVector.Count <= columns; column += 2 * TVector.Count)
            Tile8x2(depth, a, aRow, aStep, b + column, bStep, c + column, cRow, accumulate);
        for (; column < columns; column += TVector.Count)
            Tile8x1(depth, columns - column, a, aRow, aStep, b + column, bStep, c + column, cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void RowTile4(
        int depth, int columns, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        int column = 0;
        for (; column + 2 * TVector.Count <= columns; column += 2 * TVector.Count)
            Tile4x2(depth, a, aRow, aStep, b + column, bStep, c + column, cRow, accumulate);
        for (; column < columns; column += TVector.Count)
            Tile4x1(depth, columns - column, a, aRow, aStep, b + column, bStep, c + column, cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void RowTile1(int depth, int columns, T* a, nint aStep, T* b, nint bStep, T* c, bool accumulate)
    {
        for (int column = 0; column < columns; column += TVector.Count)
            Tile1x1(depth, columns - column, a, aStep, b + column, bStep, c + column, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile8x2(int depth, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        TVector c00 = TVector.Zero, c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        TVector c40 = c00, c41 = c00, c50 = c00, c51 = c00, c60 = c00, c61 = c00, c70 = c00, c71 = c00;
        T* a0 = a;
        T* a3 = a + 3 * aRow;
        T* a6 = a + 6 * aRow;
        nint twoRows = 2 * aRow;
        for (int k = 0; k < depth; k++)
        {
            TVector b0 = TVector.Load(b), b1 = TVector.Load(b + TVector.Count), x;
            x = TVector.Create(*a0);
            c00 = TVector.Fma(x, b0, c00);
            c01 = TVector.Fma(x, b1, c01);
            x = TVector.Create(a0[aRow]);
            c10 = TVector.Fma(x, b0, c10);
            c11 = TVector.Fma(x, b1, c11);
            x = TVector.Create(a0[twoRows]);
            c20 = TVector.Fma(x, b0, c20);
            c21 = TVector.Fma(x, b1, c21);
            x = TVector.Create(*a3);
            c30 = TVector.Fma(x, b0, c30);
            c31 = TVector.Fma(x, b1, c31);
            x = TVector.Create(a3[aRow]);
            c40 = TVector.Fma(x, b0, c40);
            c41 = TVector.Fma(x, b1, c41);
            x = TVector.Create(a3[twoRows]);
            c50 = TVector.Fma(x, b0, c50);
            c51 = TVector.Fma(x, b1, c51);
            x = TVector.Create(*a6);
            c60 = TVector.Fma(x, b0, c60);
            c61 = TVector.Fma(x, b1, c61);
            x = TVector.Create(a6[aRow]);
            c70 = TVector.Fma(x, b0, c70);
            c71 = TVector.Fma(x, b1, c71);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStep;
        }
        Store2(c00, c01, c, accumulate);
        Store2(c10, c11, c + cRow, accumulate);
        Store2(c20, c21, c + 2 * cRow, accumulate);
        Store2(c30, c31, c + 3 * cRow, accumulate);
        Store2(c40, c41, c + 4 * cRow, accumulate);
        Store2(c50, c51, c + 5 * cRow, accumulate);
        Store2(c60, c61, c + 6 * cRow, accumulate);
        Store2(c70, c71, c + 7 * cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile4x2(int depth, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        TVector c00 = TVector.Zero, c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        T* a3 = a + 3 * aRow;
        nint twoRows = 2 * aRow;
        for (int k = 0; k < depth; k++)
        {
            TVector b0 = TVector.Load(b), b1 = TVector.Load(b + TVector.Count), x;
            x = TVector.Create(*a);
            c00 = TVector.Fma(x, b0, c00);
            c01 = TVector.Fma(x, b1, c01);
            x = TVector.Create(a[aRow]);
            c10 = TVector.Fma(x, b0, c10);
            c11 = TVector.Fma(x, b1, c11);
            x = TVector.Create(a[twoRows]);
            c20 = TVector.Fma(x, b0, c20);
            c21 = TVector.Fma(x, b1, c21);
            x = TVector.Create(*a3);
            c30 = TVector.Fma(x, b0, c30);
            c31 = TVector.Fma(x, b1, c31);
            a += aStep;
            a3 += aStep;
            b += bStep;
        }
        Store2(c00, c01, c, accumulate);
        Store2(c10, c11, c + cRow, accumulate);
        Store2(c20, c21, c + 2 * cRow, accumulate);
        Store2(c30, c31, c + 3 * cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile8x1(
        int depth, int columns, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        TVector c0 = TVector.Zero, c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        T* a0 = a;
        T* a3 = a + 3 * aRow;
        T* a6 = a + 6 * aRow;
        nint twoRows = 2 * aRow;
        for (int k = 0; k < depth; k++)
        {
            TVector x = Load(b, columns);
            c0 = TVector.Fma(TVector.Create(*a0), x, c0);
            c1 = TVector.Fma(TVector.Create(a0[aRow]), x, c1);
            c2 = TVector.Fma(TVector.Create(a0[twoRows]), x, c2);
            c3 = TVector.Fma(TVector.Create(*a3), x, c3);
            c4 = TVector.Fma(TVector.Create(a3[aRow]), x, c4);
            c5 = TVector.Fma(TVector.Create(a3[twoRows]), x, c5);
            c6 = TVector.Fma(TVector.Create(*a6), x, c6);
            c7 = TVector.Fma(TVector.Create(a6[aRow]), x, c7);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStep;
        }
        Store(c0, c, columns, accumulate);
        Store(c1, c + cRow, columns, accumulate);
        Store(c2, c + 2 * cRow, columns, accumulate);
        Store(c3, c + 3 * cRow, columns, accumulate);
        Store(c4, c + 4 * cRow, columns, accumulate);
        Store(c5, c + 5 * cRow, columns, accumulate);
        Store(c6, c + 6 * cRow, columns, accumulate);
        Store(c7, c + 7 * cRow, columns, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile4x1(
        int depth, int columns, T* a, nint aRow, nint aStep, T* b, nint bStep, T* c, nint cRow, bool accumulate)
    {
        TVector c0 = TVector.Zero, c1 = c0, c2 = c0, c3 = c0;
        for (int k = 0; k < depth; k++)
        {
            TVector x = Load(b, columns);
            c0 = TVector.Fma(TVector.Create(*a), x, c0);
            c1 = TVector.Fma(TVector.Create(a[aRow]), x, c1);
            c2 = TVector.Fma(TVector.Create(a[2 * aRow]), x, c2);
            c3 = TVector.Fma(TVector.Create(a[3 * aRow]), x, c3);
            a += aStep;
            b += bStep;
        }
        Store(c0, c, columns, accumulate);
        Store(c1, c + cRow, columns, accumulate);
        Store(c2, c + 2 * cRow, columns, accumulate);
        Store(c3, c + 3 * cRow, columns, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile1x1(int depth, int columns, T* a, nint aStep, T* b, nint bStep, T* c, bool accumulate)
    {
        // Two sums: one alone would wait for the latency of each multiply-add.
        TVector c0 = TVector.Zero, c1 = c0;
        int k = 0;
        for (; k + 2 <= depth; k += 2)
        {
            c0 = TVector.Fma(TVector.Create(*a), Load(b, columns), c0);
            c1 = TVector.Fma(TVector.Create(a[aStep]), Load(b + bStep, columns), c1);
            a += 2 * aStep;
            b += 2 * bStep;
        }
        if (k < depth)
            c0 = TVector.Fma(TVector.Create(*a), Load(b, columns), c0);
        Store(c0 + c1, c, columns, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Load(T* source, int columns)
        => columns >= TVector.Count ? TVector.Load(source) : TVector.LoadPartial(source, columns);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store2(TVector first, TVector second, T* c, bool accumulate)
    {
        if (accumulate)
        {
            first += TVector.Load(c);
            second += TVector.Load(c + TVector.Count);
        }
        TVector.Store(first, c);
        TVector.Store(second, c + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(TVector value, T* c, int columns, bool accumulate)
    {
        if (columns >= TVector.Count)
            TVector.Store(accumulate ? value + TVector.Load(c) : value, c);
        else
            TVector.StorePartial(accumulate ? value + TVector.LoadPartial(c, columns) : value, c, columns);
    }
}
