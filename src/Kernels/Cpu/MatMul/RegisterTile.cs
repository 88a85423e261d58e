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

/// <summary>How A and B are walked: what is known at compile time leaves registers to the loop, which spills without.</summary>
interface IAccess
{
    /// <summary>Step is 1.</summary>
    static abstract bool IsRowMajor { get; }

    /// <summary>LdB is the width of the tile.</summary>
    static abstract bool IsPacked { get; }
}

readonly struct PackedAccess : IAccess
{
    public static bool IsRowMajor => true;

    public static bool IsPacked => true;
}

readonly struct RowMajorAccess : IAccess
{
    public static bool IsRowMajor => true;

    public static bool IsPacked => false;
}

readonly struct StridedAccess : IAccess
{
    public static bool IsRowMajor => false;

    public static bool IsPacked => false;
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
    /// <summary>Not zero.</summary>
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

    /// <summary>Null, or memory that a later tile will read: fetched ahead from here on where A is row-major.</summary>
    public byte* Prefetch;

    /// <summary>Bytes to fetch ahead for each k of each tap.</summary>
    public nint PrefetchStep;
}

/// <summary>The multiply-add loop that every matrix product and convolution runs in: a tile of C held in registers.</summary>
/// <remarks>
/// Eight rows by three vectors take 24 accumulators, three vectors of B and one broadcast of the 32 registers of AVX-512; four by
/// three take 16 of 16 on AVX2. Eight divides the widths of images, and 48, 32 and 16 columns compose every width that
/// networks use without an edge. Taller tiles (12 x 2) measured the same but leave ragged rows. The loop is kept short of
/// instructions, not only of arithmetic: where another process has the other half of a core, that is what counts.
/// </remarks>
static unsafe class RegisterTile<TOps, TRegister, T, TRows, TVectors, TAccess>
    where TOps : struct, IRegister<TRegister, T>
    where TRegister : unmanaged
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ISize
    where TVectors : struct, ISize
    where TAccess : struct, IAccess
{
    static int Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(TRegister) / sizeof(T);
    }

    /// <summary>Computes the tile and stores its first <paramref name="rows"/> rows, all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref readonly TileArguments<T> tile, int rows)
    {
        TRegister c00 = default, c01 = default, c02 = default;
        if (tile.Bias != null)
        {
            c00 = TOps.Load(tile.Bias);
            if (TVectors.Value > 1)
                c01 = TOps.Load(tile.Bias + Lanes);
            if (TVectors.Value > 2)
                c02 = TOps.Load(tile.Bias + (2 * Lanes));
        }
        TRegister c10 = c00, c11 = c01, c12 = c02, c20 = c00, c21 = c01, c22 = c02, c30 = c00, c31 = c01, c32 = c02;
        TRegister c40 = c00, c41 = c01, c42 = c02, c50 = c00, c51 = c01, c52 = c02;
        TRegister c60 = c00, c61 = c01, c62 = c02, c70 = c00, c71 = c01, c72 = c02;
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
        int taps = tile.Depth == 0 ? 0 : tile.Taps;
        byte* prefetch = tile.Prefetch == null ? (byte*)tile.B : tile.Prefetch;
        nint ahead = tile.Prefetch == null ? 0 : tile.PrefetchStep;
        for (int tap = 0; tap < taps; tap++, offsets += MicroKernel.RowSlots)
        {
            // The index runs up to zero from below, so that its increment is also the test.
            nint step = TAccess.IsRowMajor ? 1 : tile.Step, k = -tile.Depth * step;
            nint ldb = TAccess.IsPacked ? TVectors.Value * Lanes : tile.LdB;
            T* a = tile.A - k;
            T* a0 = a + offsets[0], a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            if (TRows.Value > 1)
            {
                a1 = a + offsets[1];
                a2 = a + offsets[2];
                a3 = a + offsets[3];
            }
            if (TRows.Value > 4)
            {
                a4 = a + offsets[4];
                a5 = a + offsets[5];
                a6 = a + offsets[6];
                a7 = a + offsets[7];
            }
            T* b = tile.B + (tile.TapOffsets[tap] * tile.TapStride);
            do
            {
                TRegister b0 = TOps.Load(b), b1 = b0, b2 = b0;
                if (TVectors.Value > 1)
                    b1 = TOps.Load(b + Lanes);
                if (TVectors.Value > 2)
                    b2 = TOps.Load(b + (2 * Lanes));
                MultiplyAdd(TOps.Create(a0[k]), b0, b1, b2, ref c00, ref c01, ref c02);
                if (TRows.Value > 1)
                {
                    MultiplyAdd(TOps.Create(a1[k]), b0, b1, b2, ref c10, ref c11, ref c12);
                    MultiplyAdd(TOps.Create(a2[k]), b0, b1, b2, ref c20, ref c21, ref c22);
                    MultiplyAdd(TOps.Create(a3[k]), b0, b1, b2, ref c30, ref c31, ref c32);
                }
                if (TRows.Value > 4)
                {
                    MultiplyAdd(TOps.Create(a4[k]), b0, b1, b2, ref c40, ref c41, ref c42);
                    MultiplyAdd(TOps.Create(a5[k]), b0, b1, b2, ref c50, ref c51, ref c52);
                    MultiplyAdd(TOps.Create(a6[k]), b0, b1, b2, ref c60, ref c61, ref c62);
                    MultiplyAdd(TOps.Create(a7[k]), b0, b1, b2, ref c70, ref c71, ref c72);
                }
                // Along the loop and not in a burst: a burst would hold up the loads of B behind it.
                if (TAccess.IsRowMajor && Sse.IsSupported)
                    Sse.Prefetch0(prefetch);
                prefetch += ahead;
                b += ldb;
                k += step;
            }
            while (k != 0);
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
    static void MultiplyAdd(
        TRegister a, TRegister b0, TRegister b1, TRegister b2, ref TRegister c0, ref TRegister c1, ref TRegister c2)
    {
        c0 = TOps.MultiplyAdd(a, b0, c0);
        if (TVectors.Value > 1)
            c1 = TOps.MultiplyAdd(a, b1, c1);
        if (TVectors.Value > 2)
            c2 = TOps.MultiplyAdd(a, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(
        ref readonly TileArguments<T> tile, int row, int rows, ref TRegister c0, ref TRegister c1, ref TRegister c2)
    {
        if (row >= rows)
            return;
        T* addend = tile.Addend + (row * tile.LdAddend);
        c0 = TOps.Add(c0, TOps.Load(addend));
        if (TVectors.Value > 1)
            c1 = TOps.Add(c1, TOps.Load(addend + Lanes));
        if (TVectors.Value > 2)
            c2 = TOps.Add(c2, TOps.Load(addend + (2 * Lanes)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(ref readonly TileArguments<T> tile, int row, int rows, TRegister c0, TRegister c1, TRegister c2)
    {
        if (row >= rows)
            return;
        T* c = tile.C + (row * tile.LdC);
        TOps.Store(c0, c);
        if (TVectors.Value > 1)
            TOps.Store(c1, c + Lanes);
        if (TVectors.Value > 2)
            TOps.Store(c2, c + (2 * Lanes));
    }
}
