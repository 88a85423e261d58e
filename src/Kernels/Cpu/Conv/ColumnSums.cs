using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Sums the rows of a matrix in chunks of a fixed number of rows; item = chunk, which writes its own row of sums.</summary>
readonly unsafe struct ColumnSums(void* matrix, void* sums, int rows, int columns, nint rowStride) : ISimdKernel
{
    const int RowsPerChunk = 256;

    public static int Chunks(int rows) => (rows + RowsPerChunk - 1) / RowsPerChunk;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = TVector.Count;
        for (int chunk = begin; chunk < end; chunk++)
        {
            int count = Math.Min(RowsPerChunk, rows - (chunk * RowsPerChunk));
            T* first = (T*)matrix + (chunk * RowsPerChunk * rowStride), sum = (T*)sums + ((nint)chunk * columns);
            int column = 0;
            for (; column + (4 * lanes) <= columns; column += 4 * lanes)
            {
                T* row = first + column;
                TVector s0 = TVector.Zero, s1 = s0, s2 = s0, s3 = s0;
                for (int i = 0; i < count; i++, row += rowStride)
                {
                    s0 += TVector.Load(row);
                    s1 += TVector.Load(row + lanes);
                    s2 += TVector.Load(row + (2 * lanes));
                    s3 += TVector.Load(row + (3 * lanes));
                }
                TVector.Store(s0, sum + column);
                TVector.Store(s1, sum + column + lanes);
                TVector.Store(s2, sum + column + (2 * lanes));
                TVector.Store(s3, sum + column + (3 * lanes));
            }
            for (; column + lanes <= columns; column += lanes)
            {
                T* row = first + column;
                var s = TVector.Zero;
                for (int i = 0; i < count; i++, row += rowStride)
                    s += TVector.Load(row);
                TVector.Store(s, sum + column);
            }
            if (column < columns)
            {
                T* row = first + column;
                var s = TVector.Zero;
                for (int i = 0; i < count; i++, row += rowStride)
                    s += TVector.LoadPartial(row, columns - column);
                TVector.StorePartial(s, sum + column, columns - column);
            }
        }
    }
}
