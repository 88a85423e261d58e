namespace SuTI.Kernels;

/// <summary>
/// A grid of output pixels, each the sum over taps of one input pixel's channels times a matrix: a convolution, the gradient of
/// its input, or one phase of that where there is a stride.
/// </summary>
/// <remarks>
/// Tap (i, j) of output pixel (h, w) is input pixel (h · StepH + TapH + i · TapStepH, w · StepW + TapW + j · TapStepW); outside
/// of the image it is zero. Its matrix begins at row (Weight + i · WeightStepH + j · WeightStepW) · Depth of the packed weights.
/// </remarks>
readonly record struct ConvGeometry
{
    public int Images { get; init; }

    public int InH { get; init; }

    public int InW { get; init; }

    /// <summary>Elements from one input pixel to the next.</summary>
    public nint InPixel { get; init; }

    /// <summary>Adjacent elements that a tap reads.</summary>
    public int Depth { get; init; }

    public int StepH { get; init; }

    public int StepW { get; init; }

    public int TapsH { get; init; }

    public int TapsW { get; init; }

    public int TapH { get; init; }

    public int TapW { get; init; }

    public int TapStepH { get; init; }

    public int TapStepW { get; init; }

    public int Weight { get; init; }

    public int WeightStepH { get; init; }

    public int WeightStepW { get; init; }

    /// <summary>Taps times depth of the whole packed matrix, more than this grid uses where it is a phase.</summary>
    public int PackedRows { get; init; }

    public int OutH { get; init; }

    public int OutW { get; init; }

    public int Columns { get; init; }

    public nint OutPixel { get; init; }

    public nint OutRow { get; init; }

    public nint OutImage { get; init; }

    public nint OutBase { get; init; }

    public nint ResidualPixel { get; init; }

    public nint ResidualImage { get; init; }

    public bool Accumulate { get; init; }

    public int Taps => TapsH * TapsW;

    /// <summary>Whether output pixels are evenly spaced beyond the ends of rows, so that a tile may cross them.</summary>
    public bool IsDense => OutRow == OutW * OutPixel;

    public static ConvGeometry Forward(in ConvSizes sizes) => new()
    {
        Images = sizes.N,
        InH = sizes.H,
        InW = sizes.W,
        InPixel = sizes.PixelX,
        Depth = sizes.C,
        StepH = sizes.StrideH,
        StepW = sizes.StrideW,
        TapsH = sizes.R,
        TapsW = sizes.S,
        TapH = -sizes.PadTop,
        TapW = -sizes.PadLeft,
        TapStepH = 1,
        TapStepW = 1,
        WeightStepH = sizes.S,
        WeightStepW = 1,
        PackedRows = sizes.Taps * sizes.C,
        OutH = sizes.OutH,
        OutW = sizes.OutW,
        Columns = sizes.Cout,
        OutPixel = sizes.PixelY,
        OutRow = (nint)sizes.OutW * sizes.PixelY,
        OutImage = (nint)sizes.OutH * sizes.OutW * sizes.PixelY,
        ResidualPixel = sizes.PixelResidual,
        ResidualImage = (nint)sizes.OutH * sizes.OutW * sizes.PixelResidual,
    };

    /// <summary>The same sums over a copy of the input with a zero border: a row of the kernel is one tap of S · C elements.</summary>
    public ConvGeometry OnFrame(in ConvSizes sizes) => this with
    {
        InH = ConvFrame.Height(sizes),
        InW = ConvFrame.Width(sizes),
        InPixel = sizes.C,
        Depth = sizes.S * sizes.C,
        TapsW = 1,
        TapH = 0,
        TapW = 0,
        WeightStepH = 1,
    };

    /// <summary>The pixels of dx at (phaseH + i · StrideH, phaseW + j · StrideW): those that meet the same taps.</summary>
    public static ConvGeometry InputGradient(in ConvSizes sizes, int phaseH, int phaseW)
    {
        int r = Modulo(phaseH + sizes.PadTop, sizes.StrideH), s = Modulo(phaseW + sizes.PadLeft, sizes.StrideW);
        return new()
        {
            Images = sizes.N,
            InH = sizes.OutH,
            InW = sizes.OutW,
            InPixel = sizes.PixelY,
            Depth = sizes.Cout,
            StepH = 1,
            StepW = 1,
            TapsH = Math.Max(0, (sizes.R - r + sizes.StrideH - 1) / sizes.StrideH),
            TapsW = Math.Max(0, (sizes.S - s + sizes.StrideW - 1) / sizes.StrideW),
            TapH = (phaseH + sizes.PadTop - r) / sizes.StrideH,
            TapW = (phaseW + sizes.PadLeft - s) / sizes.StrideW,
            TapStepH = -1,
            TapStepW = -1,
            Weight = sizes.Taps - 1 - (r * sizes.S) - s,
            WeightStepH = -sizes.StrideH * sizes.S,
            WeightStepW = -sizes.StrideW,
            PackedRows = sizes.Taps * sizes.Cout,
            OutH = (sizes.H - phaseH + sizes.StrideH - 1) / sizes.StrideH,
            OutW = (sizes.W - phaseW + sizes.StrideW - 1) / sizes.StrideW,
            Columns = sizes.C,
            OutPixel = (nint)sizes.StrideW * sizes.PixelX,
            OutRow = (nint)sizes.StrideH * sizes.W * sizes.PixelX,
            OutImage = (nint)sizes.H * sizes.W * sizes.PixelX,
            OutBase = (((nint)phaseH * sizes.W) + phaseW) * sizes.PixelX,
        };
    }

    static int Modulo(int value, int divisor) => ((value % divisor) + divisor) % divisor;
}
