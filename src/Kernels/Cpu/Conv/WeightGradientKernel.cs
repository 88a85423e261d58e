using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// dWeights for some taps and channels: rows are output channels (dy used transposed), columns input channels (rows of x as
/// they lie), depth the pixels. Nothing is packed and no sum crosses threads.
/// </summary>
readonly unsafe struct WeightGradientKernel(WeightGradientPlan plan, void* x, void* dy, void* dWeights, bool accumulate) : ISimdKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int unit = begin; unit < end; unit++)
        {
            int panels = unit % plan.PanelUnits, rest = unit / plan.PanelUnits;
            Block<TVector, T>(rest / plan.RowUnits, rest % plan.RowUnits * plan.RowsPerUnit, panels * plan.PanelsPerUnit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Block<TVector, T>(int tap, int firstRow, int firstPanel)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref readonly var sizes = ref plan.Sizes;
        int height = MicroKernel.Rows<TVector, T>(), columns = plan.Columns;
        int lastRow = Math.Min(sizes.Cout, firstRow + plan.RowsPerUnit);
        int firstColumn = Panels.Start(firstPanel, columns, TVector.Count);
        int lastColumn = Math.Min(columns, Panels.Start(firstPanel + plan.PanelsPerUnit, columns, TVector.Count));
        nint ldc = (nint)sizes.Taps * sizes.C;
        T* dw = (T*)dWeights + ((nint)tap * columns);
        var runs = plan.RunsOf(tap);
        nint* full = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock * MicroKernel.RowSlots];
        nint* edge = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock * MicroKernel.RowSlots];
        nint* offsetsX = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock];
        int ragged = lastRow % height;
        TileArguments<T> tile = new()
        {
            TapOffsets = offsetsX, TapStride = 1, Step = sizes.PixelY, LdB = sizes.StrideW * plan.InPixel, LdC = ldc, LdAddend = ldc,
            Depth = runs.Depth,
        };
        for (int run = 0; run == 0 || run < runs.Count; run += runs.PerBlock)
        {
            tile.Taps = Math.Min(runs.PerBlock, runs.Count - run);
            for (int i = 0; i < tile.Taps; i++)
            {
                (nint atDy, offsetsX[i]) = runs[run + i];
                for (int row = 0; row < MicroKernel.RowSlots; row++)
                {
                    full[(i * MicroKernel.RowSlots) + row] = atDy + row;
                    edge[(i * MicroKernel.RowSlots) + row] = atDy + Math.Min(row, Math.Max(ragged, 1) - 1);
                }
            }
            int width;
            for (int column = firstColumn; column < lastColumn; column += width)
            {
                width = MicroKernel.PanelVectors(columns - column, TVector.Count) * TVector.Count;
                tile.B = (T*)x + column;
                for (int row = firstRow; row < lastRow; row += height)
                {
                    bool whole = row + height <= lastRow;
                    tile.RowOffsets = whole ? full : edge;
                    tile.A = (T*)dy + row;
                    tile.C = dw + (row * ldc) + column;
                    tile.Addend = run > 0 || accumulate ? tile.C : null;
                    MicroKernel.Tile<TVector, T>(in tile, whole ? height : ragged, Math.Min(width, columns - column));
                }
            }
        }
    }
}
