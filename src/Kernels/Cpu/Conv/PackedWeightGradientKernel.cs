using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// dWeights of a convolution without stride from x and dy as <see cref="PackImages"/> lays them: with one zero border between rows
/// each tap is the same long run of pixels at another offset.
/// </summary>
readonly unsafe struct PackedWeightGradientKernel(WeightGradientPlan plan, void* packed, void* dWeights, bool accumulate) : ISimdKernel
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
        int height = MicroKernel.Rows<TVector, T>(), columns = plan.Columns, pitch = plan.Pitch;
        int lastTap = Math.Min(plan.Taps, firstTap + plan.TapsPerUnit), lastRow = Math.Min(sizes.Cout, firstRow + plan.RowsPerUnit);
        int firstColumn = Panels.Start(firstPanel, columns, TVector.Count);
        int lastColumn = Math.Min(columns, Panels.Start(firstPanel + plan.PanelsPerUnit, columns, TVector.Count));
        nint ldc = (nint)sizes.Taps * sizes.C, imageX = (nint)plan.PackedHeight * pitch, imageDy = (nint)sizes.OutH * pitch;
        T* packedX = (T*)packed, packedDy = packedX + plan.PackedXLength;
        nint* rowOffsets = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock * MicroKernel.RowSlots];
        nint* imageOffsets = stackalloc nint[WeightGradientPlan.MaxRunsPerBlock];
        for (int image = 0; image < Math.Max(1, plan.ImagesPerBlock); image++)
        {
            imageOffsets[image] = image * imageX;
            for (int row = 0; row < MicroKernel.RowSlots; row++)
                rowOffsets[(image * MicroKernel.RowSlots) + row] = (image * imageDy * height) + Math.Min(row, height - 1);
        }
        TileArguments<T> tile = new() { RowOffsets = rowOffsets, TapOffsets = imageOffsets, Step = height, LdC = ldc, LdAddend = ldc };
        for (int block = 0; block < Math.Max(1, plan.Blocks); block++)
        {
            var (firstImage, lastImage, firstH, lastH) = plan.Block(block);
            int width;
            for (int column = firstColumn; column < lastColumn; column += width)
            {
                width = MicroKernel.PanelVectors(columns - column, TVector.Count) * TVector.Count;
                tile.LdB = tile.TapStride = width;
                T* blockX = packedX + (column * plan.PixelsX) + ((plan.Margin - sizes.PadLeft + (firstImage * imageX)) * width);
                for (int row = firstRow; row < lastRow; row += height)
                {
                    T* blockDy = packedDy + (row * plan.PixelsDy) + (firstImage * imageDy * height);
                    for (int tap = firstTap; tap < lastTap; tap++)
                    {
                        int r = tap / sizes.S, s = tap - (r * sizes.S);
                        // Rows of the block whose input row lies inside of the image.
                        int from = Math.Max(firstH, sizes.PadTop - r), to = Math.Min(lastH, sizes.H + sizes.PadTop - r);
                        tile.Depth = Math.Max(0, ((to - from) * pitch) - pitch + sizes.OutW);
                        tile.Taps = to <= from ? 0 : lastImage - firstImage;
                        if (tile.Taps == 0 && block > 0)
                            continue;
                        tile.A = blockDy + ((nint)from * pitch * height);
                        tile.B = blockX + ((((nint)(from + r) * pitch) + s) * width);
                        tile.C = (T*)dWeights + (row * ldc) + ((nint)tap * columns) + column;
                        tile.Addend = block > 0 || accumulate ? tile.C : null;
                        MicroKernel.Tile<TVector, T>(in tile, Math.Min(height, lastRow - row), Math.Min(width, columns - column));
                    }
                }
            }
        }
    }
}
