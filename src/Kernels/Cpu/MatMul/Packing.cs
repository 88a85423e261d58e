using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Packs a batch of B; item = some rows of one matrix.</summary>
/// <remarks>Rows are read from end to end, as the hardware expects; a panel at a time measured half as fast.</remarks>
readonly unsafe struct PackPanels(void* b, MatrixLayout layout, void* packed, nint packedBatch, int n, int k) : ISimdKernel
{
    const int GrainElements = 32 << 10;

    /// <summary>Rows of an item: a few where they lie end to end, many where a column does.</summary>
    static int RowsPerItem(nint columnStride) => columnStride == 1 ? 32 : 256;

    public static int Items(int k, nint columnStride) => (k + RowsPerItem(columnStride) - 1) / RowsPerItem(columnStride);

    public static int Grain(int n, nint columnStride) => Math.Max(1, GrainElements / RowsPerItem(columnStride) / Math.Max(1, n));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int items = Items(k, layout.Column), most = RowsPerItem(layout.Column);
        for (int item = begin; item < end; item++)
        {
            int batch = item / items, row = item % items * most, rows = Math.Min(most, k - row);
            T* source = (T*)b + (batch * layout.Batch) + (row * layout.Row), destination = (T*)packed + (batch * packedBatch);
            if (layout.Column == 1)
            {
                for (int i = 0; i < rows; i++)
                    Panels.PackRows<TVector, T>(source + (i * layout.Row), layout.Row, layout.Column, k, row + i, 1, n, destination);
            }
            else
            {
                Panels.PackRows<TVector, T>(source, layout.Row, layout.Column, k, row, rows, n, destination);
            }
        }
    }
}

/// <summary>Packs tiles of rows of a batch of A as [k][row], absent rows zero; item = tile of one matrix.</summary>
readonly unsafe struct PackRows(void* a, MatrixLayout layout, void* packed, int m, int k) : ISimdKernel
{
    const int GrainElements = 32 << 10;

    // Tiles that are packed side by side where a column of A lies end to end: together they take whole lines of memory.
    const int TilesTogether = 4;

    public static int Grain(int k) => Math.Max(1, GrainElements / Math.Max(1, MicroKernel.RowSlots * k));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int height = MicroKernel.Rows<TVector, T>();
        int tiles = (m + height - 1) / height;
        for (int item = begin, count; item < end; item += count)
        {
            int row = item % tiles * height, rows = Math.Min(height, m - row);
            count = layout.Row == 1 ? Math.Min(TilesTogether, Math.Min(end - item, (m - row) / height)) : 0;
            T* source = (T*)a + (item / tiles * layout.Batch) + (row * layout.Row);
            T* destination = (T*)packed + ((nint)item * height * k);
            if (count > 0)
            {
                SideBySide(source, destination, height, count);
                continue;
            }
            count = 1;
            for (nint at = 0; at < k; at++, source += layout.Column, destination += height)
            {
                for (int i = 0; i < height; i++)
                    destination[i] = i < rows ? source[i * layout.Row] : T.Zero;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SideBySide<T>(T* source, T* destination, int height, int count) where T : unmanaged
    {
        for (nint at = 0; at < k; at++, source += layout.Column, destination += height)
        {
            T* from = source, to = destination;
            for (int tile = 0; tile < count; tile++, from += height, to += (nint)height * k)
                Panels.CopyRows(from, to, height);
        }
    }
}
