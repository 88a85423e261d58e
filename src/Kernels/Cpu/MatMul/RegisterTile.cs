using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SuTI.Kernels;

/// <summary>A small integer known at compile time, so that one text gives tiles of several shapes.</summary>
interface ISize
{
    static abstract int Value { get; }
}

readonly struct Size1 : ISize
{
    public static int Value => 1;
}

readonly struct Size2 : ISize
{
    public static int Value => 2;
}

readonly struct Size3 : ISize
{
    public static int Value => 3;
}

readonly struct Size4 : ISize
{
    public static int Value => 4;
}

readonly struct Size8 : ISize
{
    public static int Value => 8;
}

/// <summary>
/// C = Addend + Bias + Σ over taps t and k of A(row, t, k) · B(t, k, column), for one tile of C; with A(row, t, k) at
/// A[RowOffsets[8 t + row] + k · Step] and B(t, k, column) at B[TapOffsets[t] · TapStride + k · LdB + column].
/// </summary>
/// <remarks>
/// A matrix product has one tap; a convolution has one for each kernel position, whose row offsets point at the pixels under it
/// (or at zeros). Step is 1 where A is row-major and its row stride where A is used transposed.
/// </remarks>
unsafe struct TileArguments<T>
    where T : unmanaged
{
    public T* A;

    /// <summary>Eight entries a tap; those of rows that the tile lacks must still point at readable memory.</summary>
    public nint* RowOffsets;

    /// <summary>One entry a tap.</summary>
    public nint* TapOffsets;

    public nint TapStride;
    public int Taps;
    public int Depth;
    public nint Step;
    public T* B;
    public nint LdB;
    public T* C;
    public nint LdC;

    /// <summary>Null, or a matrix like C that is added: C itself to accumulate, or a residual.</summary>
    public T* Addend;

    public nint LdAddend;

    /// <summary>Null, or one value a column.</summary>
    public T* Bias;

    /// <summary>Null, or memory that a later tile will read: one prefetch every k, this many bytes apart.</summary>
    public byte* Prefetch;

    public nint PrefetchStep;
}

/// <summary>The multiply-add loop that every matrix product and convolution runs in: a tile of C held in registers.</summary>
/// <remarks>
/// Eight rows by three vectors take 24 accumulators, three vectors of B and one broadcast of the 32 registers of AVX-512; four by
/// three take 16 of 16 on AVX2. Eight divides the widths of images, and 48, 32 and 16 columns compose every width that
/// networks use without an edge. Taller tiles (12 x 2) measured the same but leave ragged rows.
/// </remarks>
static unsafe class RegisterTile<TVector, T, TRows, TVectors>
    where TVector : unmanaged, ISimd<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ISize
    where TVectors : struct, ISize
{
    /// <summary>Computes the tile and stores its first <paramref name="rows"/> rows, all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref readonly TileArguments<T> tile, int rows)
    {
        TVector c00 = TVector.Zero, c01 = TVector.Zero, c02 = TVector.Zero;
        if (tile.Bias != null)
        {
            c00 = TVector.Load(tile.Bias);
            if (TVectors.Value > 1)
                c01 = TVector.Load(tile.Bias + TVector.Count);
            if (TVectors.Value > 2)
                c02 = TVector.Load(tile.Bias + 2 * TVector.Count);
        }
        TVector c10 = c00, c11 = c01, c12 = c02, c20 = c00, c21 = c01, c22 = c02, c30 = c00, c31 = c01, c32 = c02;
        TVector c40 = c00, c41 = c01, c42 = c02, c50 = c00, c51 = c01, c52 = c02;
        TVector c60 = c00, c61 = c01, c62 = c02, c70 = c00, c71 = c01, c72 = c02;
        if (tile.Addend != null)
        {
            Add(in tile, 0, rows, ref c00, ref c01, ref c02);
            if (TRows.Value > 1)
            {
                Add(in tile, 1, rows, ref c10, ref c11, ref c12);
                Add(in tile, 2, rows, ref c20, ref c21, ref c22);
                Add(in tile, 3, rows, ref c30, ref c31, ref c32);
            }
            if (TRows.Value > 4)
            {
                Add(in tile, 4, rows, ref c40, ref c41, ref c42);
                Add(in tile, 5, rows, ref c50, ref c51, ref c52);
                Add(in tile, 6, rows, ref c60, ref c61, ref c62);
                Add(in tile, 7, rows, ref c70, ref c71, ref c72);
            }
        }

        nint* offsets = tile.RowOffsets;
        nint ahead = tile.Prefetch == null ? 0 : tile.PrefetchStep;
        byte* prefetch = tile.Prefetch == null ? (byte*)tile.B : tile.Prefetch;
        for (int tap = 0; tap < tile.Taps; tap++, offsets += MicroKernel.RowSlots)
        {
            T* a0 = tile.A + offsets[0], a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            if (TRows.Value > 1)
            {
                a1 = tile.A + offsets[1];
                a2 = tile.A + offsets[2];
                a3 = tile.A + offsets[3];
            }
            if (TRows.Value > 4)
            {
                a4 = tile.A + offsets[4];
                a5 = tile.A + offsets[5];
                a6 = tile.A + offsets[6];
                a7 = tile.A + offsets[7];
            }
            T* b = tile.B + (tile.TapOffsets[tap] * tile.TapStride);
            nint ldb = tile.LdB, step = tile.Step, at = 0;
            for (int k = tile.Depth; k > 0; k--)
            {
                TVector b0 = TVector.Load(b), b1 = b0, b2 = b0;
                if (TVectors.Value > 1)
                    b1 = TVector.Load(b + TVector.Count);
                if (TVectors.Value > 2)
                    b2 = TVector.Load(b + 2 * TVector.Count);
                MultiplyAdd(TVector.Create(a0[at]), b0, b1, b2, ref c00, ref c01, ref c02);
                if (TRows.Value > 1)
                {
                    MultiplyAdd(TVector.Create(a1[at]), b0, b1, b2, ref c10, ref c11, ref c12);
                    MultiplyAdd(TVector.Create(a2[at]), b0, b1, b2, ref c20, ref c21, ref c22);
                    MultiplyAdd(TVector.Create(a3[at]), b0, b1, b2, ref c30, ref c31, ref c32);
                }
                if (TRows.Value > 4)
                {
                    MultiplyAdd(TVector.Create(a4[at]), b0, b1, b2, ref c40, ref c41, ref c42);
                    MultiplyAdd(TVector.Create(a5[at]), b0, b1, b2, ref c50, ref c51, ref c52);
                    MultiplyAdd(TVector.Create(a6[at]), b0, b1, b2, ref c60, ref c61, ref c62);
                    MultiplyAdd(TVector.Create(a7[at]), b0, b1, b2, ref c70, ref c71, ref c72);
                }
                // One line every k instead of a burst: a burst would hold up the loads of B behind it.
                if (Sse.IsSupported)
                    Sse.Prefetch0(prefetch);
                prefetch += ahead;
                b += ldb;
                at += step;
            }
        }

        Store(in tile, 0, rows, c00, c01, c02);
        if (TRows.Value > 1)
        {
            Store(in tile, 1, rows, c10, c11, c12);
            Store(in tile, 2, rows, c20, c21, c22);
            Store(in tile, 3, rows, c30, c31, c32);
        }
        if (TRows.Value > 4)
        {
            Store(in tile, 4, rows, c40, c41, c42);
            Store(in tile, 5, rows, c50, c51, c52);
            Store(in tile, 6, rows, c60, c61, c62);
            Store(in tile, 7, rows, c70, c71, c72);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void MultiplyAdd(TVector a, TVector b0, TVector b1, TVector b2, ref TVector c0, ref TVector c1, ref TVector c2)
    {
        c0 = TVector.Fma(a, b0, c0);
        if (TVectors.Value > 1)
            c1 = TVector.Fma(a, b1, c1);
        if (TVectors.Value > 2)
            c2 = TVector.Fma(a, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(ref readonly TileArguments<T> tile, int row, int rows, ref TVector c0, ref TVector c1, ref TVector c2)
    {
        if (row >= rows)
            return;
        T* addend = tile.Addend + row * tile.LdAddend;
        c0 += TVector.Load(addend);
        if (TVectors.Value > 1)
            c1 += TVector.Load(addend + TVector.Count);
        if (TVectors.Value > 2)
            c2 += TVector.Load(addend + 2 * TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(ref readonly TileArguments<T> tile, int row, int rows, TVector c0, TVector c1, TVector c2)
    {
        if (row >= rows)
            return;
        T* c = tile.C + row * tile.LdC;
        TVector.Store(c0, c);
        if (TVectors.Value > 1)
            TVector.Store(c1, c + TVector.Count);
        if (TVectors.Value > 2)
            TVector.Store(c2, c + 2 * TVector.Count);
    }
}
