using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
            Unit<TVector, T>(rest / plan.RowUnits * plan.TapsPerUnit, rest % plan.RowUnits * plan.RowsPerUnit, panels * plan.PanelsPerUnit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Unit<TVector, T>(int firstTap, int firstRow, int firstPanel)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref readonly var sizes = ref plan.Sizes;
        int height = MicroKernel.Rows<TVector, T>(), columns = plan.Columns;
        int lastTap = Math.Min(plan.Taps, firstTap + plan.TapsPerUnit), lastRow = Math.Min(sizes.Cout, firstRow + plan.RowsPerUnit);
        int firstColumn = Panels.Start(firstPanel, columns, TVector.Count);
        int lastColumn = Math.Min(columns, Panels.Start(firstPanel + plan.PanelsPerUnit, columns, TVector.Count));
        int ragged = lastRow % height;
        nint ldc = (nint)sizes.Taps * sizes.C;
        nint* full = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock * MicroKernel.RowSlots];
        nint* edge = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock * MicroKernel.RowSlots];
        nint* offsetsX = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock], offsetsDy = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock];
        TileArguments<T> tile = new()
        {
            TapOffsets = offsetsX,
            TapStride = 1,
            Step = sizes.PixelY,
            LdB = sizes.StrideW * plan.InPixel,
            LdC = ldc,
            LdAddend = ldc,
        };
        WeightGradientPlan.Runs* runs = stackalloc WeightGradientPlan.Runs[lastTap - firstTap];
        for (int tap = firstTap; tap < lastTap; tap++)
            runs[tap - firstTap] = new(in plan, tap);
        for (int block = 0; block < Math.Max(1, plan.Blocks); block++)
        {
            for (int tap = firstTap; tap < lastTap; tap++)
            {
                (tile.Taps, tile.Depth) = runs[tap - firstTap].Fill(in plan, block, offsetsDy, offsetsX);
                if (tile.Taps == 0 && block > 0)
                    continue;
                FillOffsets(full, offsetsDy, tile.Taps, height);
                if (ragged > 0)
                    FillOffsets(edge, offsetsDy, tile.Taps, ragged);
                T* dw = (T*)dWeights + ((nint)tap * columns);
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
                        tile.Addend = block > 0 || accumulate ? tile.C : null;
                        MicroKernel.Tile<TVector, T>(in tile, whole ? height : ragged, Math.Min(width, columns - column));
                    }
                }
            }
        }
    }

    static void FillOffsets(nint* offsets, nint* starts, int count, int rows)
    {
        var low = Vector256.Min(Vector256<long>.Indices, Vector256.Create(rows - 1L));
        var high = Vector256.Min(Vector256<long>.Indices + Vector256.Create(4L), Vector256.Create(rows - 1L));
        for (int i = 0; i < count; i++, offsets += MicroKernel.RowSlots)
        {
            var start = Vector256.Create((long)starts[i]);
            (start + low).Store((long*)offsets);
            (start + high).Store((long*)offsets + 4);
        }
    }
}
