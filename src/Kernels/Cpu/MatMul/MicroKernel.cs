using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>Tiles of any size up to 8 rows by 3 vectors, and products of blocks that fit the caches.</summary>
/// <remarks>
/// The columns of B are cut into panels of three, two and one vectors (<see cref="PanelVectors"/>). A packed B holds its panels one
/// after the other, each [K][width] and the last one padded with zeros, so that the panel at column n begins at element n · K.
/// </remarks>
static unsafe class MicroKernel
{
    /// <summary>Row offsets a tap in <see cref="TileArguments{T}"/>, and the most rows of a tile.</summary>
    public const int RowSlots = 8;

    const int MaxVectors = 3;
    const int WideRegisterBytes = 64;

    /// <summary>Rows of a full tile: 8 where there are 32 registers, else 4.</summary>
    public static int Rows<TVector, T>()
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => TVector.Count * sizeof(T) == WideRegisterBytes ? 8 : 4;

    /// <summary>Vectors of the next panel when <paramref name="remaining"/> columns are left: 3, but 4 are cut into 2 + 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelVectors(int remaining, int lanes)
    {
        int vectors = (remaining + lanes - 1) / lanes;
        return vectors == 4 ? 2 : Math.Min(vectors, MaxVectors);
    }

    /// <summary>Computes one tile of <paramref name="rows"/> x <paramref name="columns"/>; nothing outside it is written.</summary>
    /// <remarks>Rows of B are read up to the next full vector: only a packed B may have columns that do not fill one.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile<TVector, T>(ref readonly TileArguments<T> tile, int rows, int columns)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int vectors = (columns + TVector.Count - 1) / TVector.Count;
        Debug.Assert(rows <= Rows<TVector, T>() && vectors <= MaxVectors);
        if (columns != vectors * TVector.Count)
            RaggedTile<TVector, T>(in tile, rows, columns);
        else if (rows > 4)
            Tall<TVector, T, Size8>(in tile, rows, vectors);
        else if (rows > 1)
            Tall<TVector, T, Size4>(in tile, rows, vectors);
        else
            Tall<TVector, T, Size1>(in tile, rows, vectors);
    }

    /// <summary>C (+)= A · B for blocks that stay in the caches: rows by columns with the given depth.</summary>
    /// <param name="a">A(row, k) at a[row · lda + k · step]: step 1 is row-major, lda 1 is A transposed.</param>
    /// <param name="b">Packed panels where <paramref name="ldb"/> is 0, else rows of that stride, columns a multiple of a vector.</param>
    /// <param name="c">C(row, column) at c[row · ldc + column].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector, T>(
        T* a, nint lda, nint step, T* b, nint ldb, T* c, nint ldc, int rows, int columns, int depth, bool accumulate)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int height = Rows<TVector, T>();
        nint* offsets = stackalloc nint[RowSlots];
        nint tapOffset = 0;
        TileArguments<T> tile = new()
        {
            RowOffsets = offsets,
            TapOffsets = &tapOffset,
            Taps = 1,
            Depth = depth,
            Step = step,
            LdC = ldc,
            LdAddend = ldc,
        };
        for (int n = 0; n < columns;)
        {
            int vectors = PanelVectors(columns - n, TVector.Count);
            int width = Math.Min(vectors * TVector.Count, columns - n);
            tile.B = b + (ldb == 0 ? (nint)n * depth : n);
            tile.LdB = ldb == 0 ? vectors * TVector.Count : ldb;
            FillOffsets(offsets, height, lda);
            for (int m = 0; m < rows; m += height)
            {
                int tall = Math.Min(height, rows - m);
                if (tall < height)
                    FillOffsets(offsets, tall, lda);
                tile.A = a + m * lda;
                tile.C = c + (m * ldc) + n;
                tile.Addend = accumulate ? tile.C : null;
                Tile<TVector, T>(in tile, tall, width);
            }
            n += width;
        }
    }

    /// <summary>Row offsets of a matrix with row stride <paramref name="lda"/>; absent rows repeat the last one.</summary>
    public static void FillOffsets(nint* offsets, int rows, nint lda)
    {
        for (int i = 0; i < RowSlots; i++)
            offsets[i] = Math.Min(i, rows - 1) * lda;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tall<TVector, T, TRows>(ref readonly TileArguments<T> tile, int rows, int vectors)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, ISize
    {
        if (TVector.Count * sizeof(T) == 64)
            Wide<Register512<T>, Vector512<T>, T, TRows>(in tile, rows, vectors);
        else if (TVector.Count * sizeof(T) == 32)
            Wide<Register256<T>, Vector256<T>, T, TRows>(in tile, rows, vectors);
        else
            Wide<Register128<T>, Vector128<T>, T, TRows>(in tile, rows, vectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Wide<TOps, TRegister, T, TRows>(ref readonly TileArguments<T> tile, int rows, int vectors)
        where TOps : struct, IRegister<TRegister, T>
        where TRegister : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, ISize
    {
        int lanes = sizeof(TRegister) / sizeof(T);
        if (tile.Step == 1 && tile.LdB == vectors * lanes)
            Access<TOps, TRegister, T, TRows, PackedAccess>(in tile, rows, vectors);
        else if (tile.Step == 1)
            Access<TOps, TRegister, T, TRows, RowMajorAccess>(in tile, rows, vectors);
        else
            Access<TOps, TRegister, T, TRows, StridedAccess>(in tile, rows, vectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Access<TOps, TRegister, T, TRows, TAccess>(ref readonly TileArguments<T> tile, int rows, int vectors)
        where TOps : struct, IRegister<TRegister, T>
        where TRegister : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, ISize
        where TAccess : struct, IAccess
    {
        if (vectors == 3)
            RegisterTile<TOps, TRegister, T, TRows, Size3, TAccess>.Run(in tile, rows);
        else if (vectors == 2)
            RegisterTile<TOps, TRegister, T, TRows, Size2, TAccess>.Run(in tile, rows);
        else
            RegisterTile<TOps, TRegister, T, TRows, Size1, TAccess>.Run(in tile, rows);
    }

    // The last columns: a whole tile goes to the stack and its valid part from there.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void RaggedTile<TVector, T>(ref readonly TileArguments<T> tile, int rows, int columns)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = (columns + TVector.Count - 1) / TVector.Count * TVector.Count;
        T* buffer = stackalloc T[RowSlots * MaxVectors * TVector.Count];
        var whole = tile;
        whole.C = buffer;
        whole.LdC = width;
        whole.Addend = null;
        whole.Bias = null;
        Tile<TVector, T>(in whole, rows, width);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, columns - j);
                var sum = TVector.Load(buffer + (i * width) + j);
                if (tile.Bias != null)
                    sum += First<TVector, T>(tile.Bias + j, lanes);
                if (tile.Addend != null)
                    sum += First<TVector, T>(tile.Addend + (i * tile.LdAddend) + j, lanes);
                T* c = tile.C + (i * tile.LdC) + j;
                if (lanes == TVector.Count)
                    TVector.Store(sum, c);
                else
                    TVector.StorePartial(sum, c, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector First<TVector, T>(T* source, int lanes)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => lanes == TVector.Count ? TVector.Load(source) : TVector.LoadPartial(source, lanes);
}
