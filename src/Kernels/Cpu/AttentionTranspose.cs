using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Transposes of whole blocks: queries go from rows to vector lanes and results back.</summary>
static unsafe class AttentionTranspose
{
    /// <summary>
    /// destination[c, r] = source[r, c] for r &lt; rows, c &lt; columns; the strides count elements between rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(int rows, int columns, T* source, nint sourceRow, T* destination, nint destinationRow)
        where T : unmanaged
    {
        int side = Transposition.Side<T>(), wholeRows = rows / side * side, wholeColumns = columns / side * side;
        for (int r = 0; r < wholeRows; r += side)
        {
            for (int c = 0; c < wholeColumns; c += side)
            {
                T* from = source + r * sourceRow + c, to = destination + c * destinationRow + r;
                Transposition.Square(from, sourceRow, to, destinationRow);
            }
        }
        Edge(0, wholeRows, wholeColumns, columns, source, sourceRow, destination, destinationRow);
        Edge(wholeRows, rows, 0, columns, source, sourceRow, destination, destinationRow);
    }

    static void Edge<T>(
        int rowBegin, int rowEnd, int columnBegin, int columnEnd, T* source, nint sourceRow, T* destination,
        nint destinationRow)
        where T : unmanaged
    {
        for (int r = rowBegin; r < rowEnd; r++)
        {
            for (int c = columnBegin; c < columnEnd; c++)
                destination[c * destinationRow + r] = source[r * sourceRow + c];
        }
    }
}
