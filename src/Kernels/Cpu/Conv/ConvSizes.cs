namespace SuTI.Kernels;

/// <summary>Sizes of a 2-D convolution: x (N, H, W, C), weights (Cout, R, S, C / groups), y (N, OutH, OutW, Cout).</summary>
/// <remarks>Pixels may lie further apart than their channels, to read from or write into a part of a wider buffer.</remarks>
public readonly record struct ConvSizes(int N, int H, int W, int C, int Cout, int R, int S)
{
    public int StrideH { get; init; } = 1;

    public int StrideW { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }

    public int PadBottom { get; init; }

    public int PadRight { get; init; }

    /// <summary>Elements from one pixel of x (or dx) to the next; at least C.</summary>
    public int PixelX { get; init; } = C;

    /// <summary>Elements from one pixel of y (or dy) to the next; at least Cout.</summary>
    public int PixelY { get; init; } = Cout;

    /// <summary>Elements from one pixel of the residual to the next; at least Cout.</summary>
    public int PixelResidual { get; init; } = Cout;

    public int OutH => StrideH < 1 || H + PadTop + PadBottom < R ? 0 : ((H + PadTop + PadBottom - R) / StrideH) + 1;

    public int OutW => StrideW < 1 || W + PadLeft + PadRight < S ? 0 : ((W + PadLeft + PadRight - S) / StrideW) + 1;

    /// <summary>The same padding on all four sides.</summary>
    public ConvSizes WithPadding(int padding)
        => this with { PadTop = padding, PadLeft = padding, PadBottom = padding, PadRight = padding };

    /// <summary>The same stride in both directions.</summary>
    public ConvSizes WithStride(int stride) => this with { StrideH = stride, StrideW = stride };

    internal int Taps => R * S;

    /// <summary>The convolution of dy, with the kernel turned round, that the input gradient is where there is no stride.</summary>
    internal ConvSizes Transposed() => new(N, OutH, OutW, Cout, C, R, S)
    {
        PadTop = R - 1 - PadTop,
        PadLeft = S - 1 - PadLeft,
        PadBottom = H - OutH + PadTop,
        PadRight = W - OutW + PadLeft,
        PixelX = PixelY,
        PixelY = PixelX,
    };

    internal static nint Extent(int images, int height, int width, int channels, int pixel)
        => images == 0 || height == 0 || width == 0 || channels == 0
            ? 0
            : checked(((((nint)images * height * width) - 1) * pixel) + channels);

    internal void Validate()
    {
        if (N < 0 || H < 0 || W < 0 || C < 0 || Cout < 0 || R < 1 || S < 1 || StrideH < 1 || StrideW < 1
            || PixelX < C || PixelY < Cout || PixelResidual < Cout || H + PadTop + PadBottom < 0 || W + PadLeft + PadRight < 0)
            throw new ArgumentException($"conv: sizes must not be negative, strides and kernel at least 1; got {this}.");
    }
}
