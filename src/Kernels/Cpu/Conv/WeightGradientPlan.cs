namespace SuTI.Kernels;

/// <summary>How a weight gradient is cut: for each tap a product dyᵀ · x over runs of pixels, units by tap and channels.</summary>
readonly struct WeightGradientPlan
{
    /// <summary>Pixels whose x and dy pass together: their panels stay in the first-level cache, all of them in the second.</summary>
    const int PixelsPerBlock = 256;

    public const int MaxRunsPerBlock = 64;
    const int ShortRow = 16;

    // Nine taps alone would leave one of two threads idle for a ninth of the time.
    const int WantedUnits = 18;
    const int UnitFlops = 2_000_000;

    public readonly ConvSizes Sizes;

    /// <summary>x comes from <see cref="ConvFrame"/>, and a row of the kernel is one tap of S · C columns.</summary>
    public readonly bool IsFramed;

    public readonly int InH;
    public readonly int InW;
    public readonly nint InPixel;
    public readonly int Taps;
    public readonly int Columns;
    public readonly int RowsPerUnit;
    public readonly int RowUnits;
    public readonly int PanelsPerUnit;
    public readonly int PanelUnits;
    public readonly int Units;

    WeightGradientPlan(in ConvSizes sizes, int lanes, bool tall)
    {
        Sizes = sizes;
        IsFramed = sizes.C % lanes != 0 || ConvFrame.IsWorthwhile(sizes);
        (InH, InW, InPixel) = IsFramed ? (ConvFrame.Height(sizes), ConvFrame.Width(sizes), sizes.C) : (sizes.H, sizes.W, sizes.PixelX);
        (Taps, Columns) = IsFramed ? (sizes.R, sizes.S * sizes.C) : (sizes.Taps, sizes.C);
        int height = tall ? 8 : 4, tiles = Ceiling(sizes.Cout, height), panels = Panels.Count(Columns, lanes);
        if (tiles == 0 || panels == 0)
            return;
        double flops = 2.0 * sizes.N * sizes.OutH * sizes.OutW * sizes.Cout * Columns * Taps;
        int wanted = (int)Math.Clamp(flops / UnitFlops, 1, WantedUnits);
        RowUnits = Math.Clamp(Ceiling(wanted, Taps), 1, Ceiling(tiles, 2));
        PanelUnits = Math.Clamp(Ceiling(wanted, Taps * RowUnits), 1, panels);
        RowsPerUnit = Ceiling(tiles, RowUnits) * height;
        RowUnits = Ceiling(sizes.Cout, RowsPerUnit);
        PanelsPerUnit = Ceiling(panels, PanelUnits);
        PanelUnits = Ceiling(panels, PanelsPerUnit);
        Units = checked(Taps * RowUnits * PanelUnits);
    }

    public static WeightGradientPlan Of<T>(in ConvSizes sizes) where T : unmanaged
        => new(sizes, Simd.Lanes<T>(), Simd.HasAvx512);

    /// <summary>The runs of pixels that meet a tap.</summary>
    public Runs RunsOf(int tap) => new(this, tap);

    static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    /// <summary>
    /// Output pixels whose input pixel under one tap lies inside of the image: a run of equal length in every row, or, where
    /// whole rows do, one run an image.
    /// </summary>
    public readonly struct Runs
    {
        readonly int _inH;
        readonly int _firstH;
        readonly int _perImage;
        readonly nint _inFirst;
        readonly WeightGradientPlan _plan;

        public Runs(in WeightGradientPlan plan, int tap)
        {
            _plan = plan;
            ref readonly var s = ref _plan.Sizes;
            int r = plan.IsFramed ? tap : tap / s.S;
            _inH = plan.IsFramed ? r : r - s.PadTop;
            int inW = plan.IsFramed ? 0 : (tap % s.S) - s.PadLeft;
            int lastH, lastW;
            (_firstH, lastH) = Inside(_inH, s.StrideH, plan.InH, s.OutH);
            (FirstW, lastW) = Inside(inW, s.StrideW, plan.IsFramed ? plan.InW - s.S + 1 : plan.InW, s.OutW);
            _inFirst = ((FirstW * s.StrideW) + inW) * plan.InPixel;
            int rows = Math.Max(0, lastH - _firstH), width = Math.Max(0, lastW - FirstW);
            bool whole = width == s.OutW && s.StrideW == 1 && s.StrideH == 1 && plan.InW == width && width <= ShortRow;
            Depth = whole ? rows * width : width;
            _perImage = whole ? Math.Min(rows, 1) : rows;
            Count = Depth == 0 ? 0 : _perImage * s.N;
            PerBlock = Math.Clamp(PixelsPerBlock / Math.Max(1, Depth), 1, MaxRunsPerBlock);
        }

        public int FirstW { get; }

        public int Depth { get; }

        public int Count { get; }

        public int PerBlock { get; }

        /// <summary>Offsets of the first pixel of run <paramref name="run"/> in dy and in x.</summary>
        public (nint Dy, nint X) this[int run]
        {
            get
            {
                ref readonly var s = ref _plan.Sizes;
                int image = run / _perImage, h = _firstH + run - (image * _perImage);
                nint inRow = ((nint)image * _plan.InH) + _inH + (h * s.StrideH);
                return (((((nint)image * s.OutH) + h) * s.OutW + FirstW) * s.PixelY, (inRow * _plan.InW * _plan.InPixel) + _inFirst);
            }
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
