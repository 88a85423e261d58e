using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Computes blocks of C: for each block of K, each tile of rows meets all panels of B in the block.</summary>
/// <remarks>
/// The block of B stays in the second-level cache and streams from there; A passes once, and what its next tile needs is
/// fetched ahead while the panels pass. (Panels outermost measured 10% slower where rows of A lie a power of two apart.)
/// </remarks>
unsafe struct MatMulKernel : ISimdKernel
{
    readonly MatMulPlan _plan;
    readonly void* _c;
    readonly void* _bias;
    readonly void* _residual;
    void* _a;
    void* _b;
    bool _packedA;
    bool _packedB;

    public MatMulKernel(in MatMulPlan plan, void* a, void* b, void* c, void* bias, void* residual)
    {
        _plan = plan;
        _a = a;
        _b = b;
        _c = c;
        _bias = bias;
        _residual = residual;
        _packedB = plan.Sizes.PackedB;
    }

    /// <summary>B comes from <paramref name="packed"/> instead, one copy after the other.</summary>
    public void PackB(void* packed)
    {
        _b = packed;
        _packedB = true;
    }

    /// <summary>A comes from <paramref name="packed"/> instead: [tile of rows][k][row].</summary>
    public void PackA(void* packed)
    {
        _a = packed;
        _packedA = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int unit = begin; unit < end; unit++)
        {
            // Neighbouring units share rows of A.
            int panelBlock = unit % _plan.PanelBlocks;
            int rest = unit / _plan.PanelBlocks;
            Block<TVector, T>(rest / _plan.RowBlocks, rest % _plan.RowBlocks, panelBlock);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Block<TVector, T>(int batch, int rowBlock, int panelBlock)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sizes = _plan.Sizes;
        var (_, m, n, depth) = sizes;
        int height = MicroKernel.Rows<TVector, T>();
        nint tileDepth = (nint)height * depth;
        nint aRow = _packedA ? 1 : sizes.A.Row, aStep = _packedA ? height : sizes.A.Column;
        T* a = (T*)_a + (_packedA ? (sizes.A.Batch == 0 ? 0 : batch * _plan.RowTiles * tileDepth) : batch * sizes.A.Batch);
        T* b = (T*)_b + (_packedB && !sizes.PackedB
            ? (sizes.B.Batch == 0 ? 0 : batch * (nint)(_plan.PackedBLength / _plan.BCopies))
            : batch * sizes.B.Batch);
        T* c = (T*)_c + (batch * sizes.C.Batch);
        int firstRow = rowBlock * _plan.RowsPerBlock, lastRow = Math.Min(m, firstRow + _plan.RowsPerBlock);
        int firstPanel = panelBlock * _plan.PanelsPerBlock;
        int firstColumn = Panels.Start(firstPanel, n, TVector.Count);
        int lastColumn = Math.Min(n, Panels.Start(firstPanel + _plan.PanelsPerBlock, n, TVector.Count));

        nint* offsets = stackalloc nint[MicroKernel.RowSlots], edge = stackalloc nint[MicroKernel.RowSlots];
        int ragged = m % height;
        MicroKernel.FillOffsets(offsets, height, aRow);
        MicroKernel.FillOffsets(edge, ragged, aRow);
        nint tapOffset = 0;
        TileArguments<T> tile = new() { TapOffsets = &tapOffset, Taps = 1, Step = aStep, LdC = sizes.C.Row };
        for (int k = 0; k == 0 || k < depth; k += _plan.DepthBlock)
        {
            tile.Depth = Math.Min(_plan.DepthBlock, depth - k);
            // While the panels pass, the next tile of A is fetched: by bytes where it is one piece of memory, else by rows.
            nint toNextTile = _packedA ? tileDepth : height * sizes.A.Row, toNextRow = _packedA ? 1 : sizes.A.Row;
            bool onePiece = toNextTile <= MicroKernel.RowSlots * (nint)tile.Depth;
            tile.PrefetchStep = onePiece && tile.Depth > 0
                ? ((toNextTile * sizeof(T) / tile.Depth) + _plan.PanelsPerBlock - 1) / _plan.PanelsPerBlock
                : sizeof(T);
            nint share = onePiece ? tile.PrefetchStep * tile.Depth : toNextRow * sizeof(T);
            for (int row = firstRow; row < lastRow; row += height)
            {
                bool full = row + height <= m;
                tile.RowOffsets = full ? offsets : edge;
                tile.A = a + (_packedA ? (row / height * tileDepth) : row * sizes.A.Row) + (k * aStep);
                bool ahead = row + (2 * height) <= lastRow;
                int width, panel = 0;
                for (int column = firstColumn; column < lastColumn; column += width, panel++)
                {
                    width = MicroKernel.PanelVectors(n - column, TVector.Count) * TVector.Count;
                    tile.LdB = _packedB ? width : sizes.B.Row;
                    tile.B = b + (_packedB ? ((nint)column * depth) + (k * tile.LdB) : (k * sizes.B.Row) + column);
                    tile.Bias = _bias == null || k > 0 ? null : (T*)_bias + column;
                    tile.C = c + (row * sizes.C.Row) + column;
                    if (k > 0 || sizes.Accumulate)
                    {
                        tile.Addend = tile.C;
                        tile.LdAddend = sizes.C.Row;
                    }
                    else if (_residual != null)
                    {
                        tile.Addend = (T*)_residual + (batch * sizes.Residual.Batch) + (row * sizes.Residual.Row) + column;
                        tile.LdAddend = sizes.Residual.Row;
                    }
                    tile.Prefetch = ahead && (onePiece || panel < height) ? (byte*)(tile.A + toNextTile) + (panel * share) : null;
                    MicroKernel.Tile<TVector, T>(in tile, full ? height : ragged, Math.Min(width, n - column));
                }
            }
        }
    }
}
