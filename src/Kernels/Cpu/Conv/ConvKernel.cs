using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Computes tiles of output pixels without im2col: each tap of a tile is a product of the pixels under it with one slice of the
/// weights, accumulated in registers. Taps that fall outside of the image for all pixels of a tile are skipped.
/// </summary>
/// <param name="zeros">As many zeros as a tap is deep: what padding points at.</param>
/// <param name="bias">Null, or one row of values an image, <paramref name="biasImage"/> apart.</param>
readonly unsafe struct ConvKernel(
    ConvPlan plan, void* x, void* weights, void* zeros, void* bias, nint biasImage, void* residual, void* y) : ISimdKernel
{
    // So few tiles that fetching the next weights ahead pays.
    const int FewTiles = 24;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int unit = begin; unit < end; unit++)
        {
            // Panels slowest: the block of weights stays in the cache while the images pass.
            int tiles = unit % plan.TileUnits, rest = unit / plan.TileUnits;
            Block<TVector, T>(rest % plan.Geometry.Images, tiles * plan.TilesPerUnit, rest / plan.Geometry.Images * plan.PanelsPerUnit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Block<TVector, T>(int image, int firstTile, int firstPanel)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref readonly var g = ref plan.Geometry;
        int height = MicroKernel.Rows<TVector, T>();
        T* input = (T*)x + ((nint)image * g.InH * g.InW * g.InPixel);
        T* output = (T*)y + g.OutBase + (image * g.OutImage);
        int lastTile = Math.Min(plan.Tiles, firstTile + plan.TilesPerUnit);
        int firstColumn = Panels.Start(firstPanel, g.Columns, TVector.Count);
        int lastColumn = Math.Min(g.Columns, Panels.Start(firstPanel + plan.PanelsPerUnit, g.Columns, TVector.Count));
        nint* rowOffsets = stackalloc nint[MicroKernel.RowSlots * plan.TapsPerBlock], tapOffsets = stackalloc nint[plan.TapsPerBlock];
        TileArguments<T> tile = new()
        {
            RowOffsets = rowOffsets,
            TapOffsets = tapOffsets,
            Step = 1,
            A = input,
            LdC = g.OutPixel,
        };
        bool first = true;
        for (int tap = 0; tap < g.Taps || first; tap += plan.TapsPerBlock)
        {
            for (int channel = 0; channel < g.Depth || first; channel += plan.ChannelsPerBlock)
            {
                tile.Depth = Math.Min(plan.ChannelsPerBlock, g.Depth - channel);
                tile.A = input + channel;
                // What is fetched ahead: with few tiles the weights of the next block, else the pixels of the next tile.
                nint steps = Math.Max(1, Math.Min(plan.TapsPerBlock, g.Taps - tap) * (nint)tile.Depth);
                bool weightsAhead = tap + plan.TapsPerBlock < g.Taps && lastTile - firstTile < FewTiles;
                tile.PrefetchStep = Math.Max(1, weightsAhead
                    ? 3 * sizeof(TVector) / (lastTile - firstTile)
                    : height * g.StepW * g.InPixel * sizeof(T) / (plan.PanelsPerUnit * steps));
                nint share = tile.PrefetchStep * steps;
                Pixels pixels = new(in plan, firstTile, height);
                for (int number = firstTile; number < lastTile; number++, pixels.MoveOn(in plan, height))
                {
                    tile.Taps = FillTaps(rowOffsets, tapOffsets, in pixels, tap, (nint)((T*)zeros - input));
                    if (tile.Taps == 0 && !first)
                        continue;
                    byte* nextPixels = tile.Taps == 0
                        ? null
                        : (byte*)(tile.A + rowOffsets[((tile.Taps - 1) * MicroKernel.RowSlots) + height - 1]);
                    nint at = (pixels.H * g.OutRow) + (pixels.W * g.OutPixel);
                    nint atResidual = ((nint)image * g.ResidualImage) + (((pixels.H * g.OutW) + pixels.W) * g.ResidualPixel);
                    int width, panel = 0;
                    for (int column = firstColumn; column < lastColumn; column += width, panel++)
                    {
                        width = MicroKernel.PanelVectors(g.Columns - column, TVector.Count) * TVector.Count;
                        tile.LdB = tile.TapStride = width;
                        tile.B = (T*)weights + ((nint)column * g.PackedRows) + (channel * width);
                        tile.C = output + at + column;
                        tile.Bias = first && bias != null ? (T*)bias + (image * biasImage) + column : null;
                        tile.Addend = null;
                        if (!first || g.Accumulate)
                        {
                            tile.Addend = tile.C;
                            tile.LdAddend = g.OutPixel;
                        }
                        else if (residual != null)
                        {
                            tile.Addend = (T*)residual + atResidual + column;
                            tile.LdAddend = g.ResidualPixel;
                        }
                        tile.Prefetch = weightsAhead
                            ? (byte*)(tile.B + ((tapOffsets[0] + ((nint)plan.TapsPerBlock * g.Depth)) * width)) + ((number - firstTile) * share)
                            : nextPixels + (panel * share);
                        MicroKernel.Tile<TVector, T>(in tile, pixels.Count, Math.Min(width, g.Columns - column));
                    }
                }
                first = false;
            }
        }
    }

    // Offsets of the pixels under each tap of the block; returns how many taps touch the image at all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int FillTaps(nint* rowOffsets, nint* tapOffsets, in Pixels pixels, int firstTap, nint toZeros)
    {
        ref readonly var g = ref plan.Geometry;
        int count = 0, lastTap = Math.Min(g.Taps, firstTap + plan.TapsPerBlock);
        bool oneRow = pixels.W + pixels.Count <= g.OutW;
        nint step = g.StepW * g.InPixel;
        int i = g.TapsW == 0 ? 0 : firstTap / g.TapsW, j = firstTap - (i * g.TapsW) - 1;
        for (int tap = firstTap; tap < lastTap; tap++)
        {
            if (++j == g.TapsW)
            {
                j = 0;
                i++;
            }
            int h = (pixels.H * g.StepH) + g.TapH + (i * g.TapStepH), w = (pixels.W * g.StepW) + g.TapW + (j * g.TapStepW);
            bool touches = false;
            if (oneRow)
            {
                if ((uint)h >= (uint)g.InH)
                    continue;
                nint offset = (((nint)h * g.InW) + w) * g.InPixel;
                if (w >= 0 && w + ((pixels.Count - 1) * g.StepW) < g.InW)
                {
                    touches = true;
                    for (int row = 0; row < MicroKernel.RowSlots; row++)
                        rowOffsets[row] = offset + (Math.Min(row, pixels.Count - 1) * step);
                }
                else
                {
                    for (int row = 0; row < MicroKernel.RowSlots; row++)
                    {
                        bool inside = row < pixels.Count && (uint)(w + (row * g.StepW)) < (uint)g.InW;
                        touches |= inside;
                        rowOffsets[row] = inside ? offset + (row * step) : toZeros;
                    }
                }
            }
            else
            {
                for (int row = 0; row < MicroKernel.RowSlots; row++)
                {
                    int pixel = pixels.W + row, down = pixel / g.OutW, across = pixel - (down * g.OutW) - pixels.W;
                    int inH = h + (down * g.StepH), inW = w + (across * g.StepW);
                    bool inside = row < pixels.Count && (uint)inH < (uint)g.InH && (uint)inW < (uint)g.InW;
                    touches |= inside;
                    rowOffsets[row] = inside ? (((nint)inH * g.InW) + inW) * g.InPixel : toZeros;
                }
            }
            if (!touches)
                continue;
            tapOffsets[count++] = (nint)(g.Weight + (i * g.WeightStepH) + (j * g.WeightStepW)) * g.Depth;
            rowOffsets += MicroKernel.RowSlots;
        }
        return count;
    }

    /// <summary>The first output pixel of a tile and how many follow it.</summary>
    struct Pixels
    {
        public int H;
        public int W;
        public int Count;
        int _left;

        public Pixels(in ConvPlan plan, int tile, int height)
        {
            ref readonly var g = ref plan.Geometry;
            H = plan.Dense ? tile * height / g.OutW : tile / plan.TilesPerRow;
            W = plan.Dense ? (tile * height) - (H * g.OutW) : (tile - (H * plan.TilesPerRow)) * height;
            _left = plan.Dense ? (g.OutH * g.OutW) - (tile * height) : g.OutW - W;
            Count = Math.Min(height, _left);
        }

        /// <summary>To the next tile.</summary>
        public void MoveOn(in ConvPlan plan, int height)
        {
            int outW = plan.Geometry.OutW;
            W += height;
            _left -= height;
            if (plan.Dense)
            {
                for (; W >= outW; W -= outW)
                    H++;
            }
            else if (_left <= 0)
            {
                H++;
                W = 0;
                _left = outW;
            }
            Count = Math.Min(height, _left);
        }
    }
}
