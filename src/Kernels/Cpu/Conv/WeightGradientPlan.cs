namespace SuTI.Kernels;

/// <summary>How a weight gradient is cut: for each tap a product dyᵀ · x over runs of pixels; units of work by channels and taps.</summary>
/// <remarks>
/// A unit passes over blocks of output rows and gives each block to all of its taps, so that x and dy come from the first-level
/// cache for all taps but the first.
/// </remarks>
readonly struct WeightGradientPlan
{
    public const int MaxRunsPerBlock = 64;

    const int PixelsPerBlock = 128;
    public const int MostTapsPerUnit = 64;
    const int WantedUnits = 12;
    const int UnitFlops = 2_000_000;

    public readonly ConvSizes Sizes;

    /// <summary>x comes from <see cref="ConvFrame"/>, and a row of the kernel is one tap of S · C columns.</summary>
    public readonly bool IsFramed;

    /// <summary>x and dy are copied into panels with zero borders first, so that a tap is one long run.</summary>
    public readonly bool IsPacked;

    /// <summary>Pixels from one packed row to the next: a row and the border that it shares with its neighbour.</summary>
    public readonly int Pitch;

    public readonly int InH;
    public readonly int InW;
    public readonly nint InPixel;
    public readonly int Taps;
    public readonly int Columns;

    /// <summary>Whole images of a block; 0 where a block is a part of one.</summary>
    public readonly int ImagesPerBlock;

    /// <summary>Output rows of a block within one image.</summary>
    public readonly int HeightPerBlock;

    public readonly int Blocks;
    public readonly int TapsPerUnit;
    public readonly int TapUnits;
    public readonly int RowsPerUnit;
    public readonly int RowUnits;
    public readonly int PanelsPerUnit;
    public readonly int PanelUnits;
    public readonly int Units;

    readonly int _lanes;
    readonly int _height;

    WeightGradientPlan(in ConvSizes sizes, int lanes, bool tall)
    {
        Sizes = sizes;
        IsPacked = sizes.StrideH == 1 && sizes.StrideW == 1 && !ConvFrame.IsWorthwhile(sizes);
        IsFramed = !IsPacked && (sizes.C % lanes != 0 || ConvFrame.IsWorthwhile(sizes));
        Pitch = Math.Max(sizes.W + Math.Max(0, Math.Max(sizes.PadLeft, sizes.PadRight)), sizes.OutW);
        _lanes = lanes;
        _height = tall ? 8 : 4;
        (InH, InW, InPixel) = IsFramed ? (ConvFrame.Height(sizes), ConvFrame.Width(sizes), sizes.C) : (sizes.H, sizes.W, sizes.PixelX);
        (Taps, Columns) = IsFramed ? (sizes.R, sizes.S * sizes.C) : (sizes.Taps, sizes.C);
        int height = _height, tiles = Ceiling(sizes.Cout, height), panels = Panels.Count(Columns, lanes);
        if (tiles == 0 || panels == 0)
            return;
        int pixels = Math.Max(1, sizes.OutH * sizes.OutW);
        ImagesPerBlock = Math.Min(PixelsPerBlock / pixels, MaxRunsPerBlock / Math.Max(1, sizes.OutH));
        HeightPerBlock = ImagesPerBlock > 0 ? sizes.OutH : Math.Clamp(PixelsPerBlock / Math.Max(1, sizes.OutW), 1, MaxRunsPerBlock);
        Blocks = ImagesPerBlock > 0 ? Ceiling(sizes.N, ImagesPerBlock) : sizes.N * Ceiling(sizes.OutH, HeightPerBlock);

        double flops = 2.0 * sizes.N * pixels * sizes.Cout * Columns * Taps;
        int wanted = (int)Math.Clamp(flops / UnitFlops, 1, WantedUnits);
        PanelUnits = Math.Min(wanted, panels);
        PanelsPerUnit = Ceiling(panels, PanelUnits);
        PanelUnits = Ceiling(panels, PanelsPerUnit);
        RowsPerUnit = Ceiling(tiles, Math.Min(tiles, Ceiling(wanted, PanelUnits))) * height;
        RowUnits = Ceiling(sizes.Cout, RowsPerUnit);
        TapsPerUnit = Math.Min(MostTapsPerUnit, Ceiling(Taps, Math.Min(Taps, Ceiling(wanted, PanelUnits * RowUnits))));
        TapUnits = Ceiling(Taps, TapsPerUnit);
        Units = checked(TapUnits * RowUnits * PanelUnits);
    }

    public static WeightGradientPlan Of<T>(in ConvSizes sizes) where T : unmanaged
        => new(sizes, Simd.Lanes<T>(), Simd.HasAvx512);

    /// <summary>Rows of one packed image of x: all that any tap of any output row meets.</summary>
    public int PackedHeight => Sizes.OutH + Sizes.R - 1;

    /// <summary>Packed pixels of x before the first one: where its first tap may begin.</summary>
    public int Margin => Math.Max(0, Sizes.PadLeft);

    /// <summary>Packed pixels of x behind the last one.</summary>
    public int Tail => Sizes.S + Math.Max(0, -Sizes.PadLeft);

    /// <summary>Pixels of one packed panel of x.</summary>
    public nint PixelsX => Margin + ((nint)Sizes.N * PackedHeight * Pitch) + Tail;

    /// <summary>Pixels of one packed tile of rows of dy.</summary>
    public nint PixelsDy => (nint)Sizes.N * Sizes.OutH * Pitch;

    /// <summary>Elements of packed x; packed dy follows.</summary>
    public long PackedXLength => (long)PixelsX * Ceiling(Columns, _lanes) * _lanes;

    /// <summary>Elements of scratch.</summary>
    public long WorkspaceLength
        => IsFramed ? ConvFrame.Length(Sizes)
            : IsPacked ? PackedXLength + ((long)PixelsDy * Ceiling(Sizes.Cout, _height) * _height) : 0;

    /// <summary>The images and output rows of a block.</summary>
    public (int FirstImage, int LastImage, int FirstH, int LastH) Block(int block)
    {
        if (ImagesPerBlock > 0)
            return (block * ImagesPerBlock, Math.Min(Sizes.N, (block + 1) * ImagesPerBlock), 0, Sizes.OutH);
        int blocksPerImage = Ceiling(Sizes.OutH, HeightPerBlock), image = block / blocksPerImage;
        int firstH = (block - (image * blocksPerImage)) * HeightPerBlock;
        return (image, image + 1, firstH, Math.Min(Sizes.OutH, firstH + HeightPerBlock));
    }

    static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    /// <summary>
    /// Output pixels whose input pixel under one tap lies inside of the image: a run in every row, or, where whole rows do, one
    /// run for all rows of an image that a block has.
    /// </summary>
    public readonly struct Runs
    {
        readonly int _inH;
        readonly int _firstH;
        readonly int _lastH;
        readonly int _firstW;
        readonly int _width;
        readonly nint _inFirst;
        readonly bool _whole;

        public Runs(in WeightGradientPlan plan, int tap)
        {
            ref readonly var s = ref plan.Sizes;
            _inH = plan.IsFramed ? tap : (tap / s.S) - s.PadTop;
            int inW = plan.IsFramed ? 0 : (tap % s.S) - s.PadLeft;
            (_firstH, _lastH) = Inside(_inH, s.StrideH, plan.InH, s.OutH);
            (_firstW, int lastW) = Inside(inW, s.StrideW, plan.IsFramed ? plan.InW - s.S + 1 : plan.InW, s.OutW);
            _inFirst = ((_firstW * s.StrideW) + inW) * plan.InPixel;
            _width = Math.Max(0, lastW - _firstW);
            _whole = _width == s.OutW && s.StrideW == 1 && s.StrideH == 1 && plan.InW == _width;
        }

        /// <summary>Writes where the runs of a block begin in dy and in x; returns how many there are and the pixels of each.</summary>
        public unsafe (int Count, int Depth) Fill(in WeightGradientPlan plan, int block, nint* offsetsDy, nint* offsetsX)
        {
            ref readonly var s = ref plan.Sizes;
            var (firstImage, lastImage, blockH, blockEnd) = plan.Block(block);
            int firstH = Math.Max(_firstH, blockH), lastH = Math.Min(_lastH, blockEnd), count = 0;
            int depth = _whole ? Math.Max(0, lastH - firstH) * _width : _width;
            if (depth == 0)
                return (0, 0);
            if (_whole)
                lastH = firstH + 1;
            for (int image = firstImage; image < lastImage; image++)
            {
                for (int h = firstH; h < lastH; h++, count++)
                {
                    nint inRow = ((nint)image * plan.InH) + _inH + (h * s.StrideH);
                    offsetsDy[count] = ((((nint)image * s.OutH) + h) * s.OutW + _firstW) * s.PixelY;
                    offsetsX[count] = (inRow * plan.InW * plan.InPixel) + _inFirst;
                }
            }
            return (count, depth);
        }

        // Output positions o with 0 <= start + o · stride < size.
        static (int First, int Last) Inside(int start, int stride, int size, int outputs)
        {
            int first = start >= 0 ? 0 : (-start + stride - 1) / stride;
            int last = size <= start ? 0 : ((size - 1 - start) / stride) + 1;
            return (first, Math.Min(last, outputs));
        }
    }
}
