using System.Numerics;

namespace SuTI.Kernels;

/// <summary>2-D convolution, channels last, where each channel has a kernel of its own, and its gradients.</summary>
/// <remarks>
/// Sizes are those of <see cref="ConvCpu"/> with Cout = C; weights are (C, R, S). Vectors run along the channels, so
/// the weights are first turned to (R, S, C). A few multiply-adds an element: memory sets the pace.
/// </remarks>
public static unsafe class DepthwiseCpu
{
    // Multiply-adds of one chunk.
    const double ChunkWork = 1e5;

    /// <summary>Elements of scratch that <see cref="Forward"/> and <see cref="InputGradient"/> need.</summary>
    public static long WorkspaceLength(in ConvSizes sizes) => (long)sizes.Taps * sizes.C;

    /// <summary>
    /// y[n, i, j, c] = Σ x[n, i·sh + r − top, j·sw + s − left, c] · weights[c, r, s] + bias[c] + rowBias[n, c] +
    /// residual[n, i, j, c].
    /// </summary>
    /// <param name="pool">Threads.</param>
    /// <param name="x">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart.</param>
    /// <param name="weights">(C, R, S).</param>
    /// <param name="bias">C values, or empty.</param>
    /// <param name="rowBias">(N, C), or empty.</param>
    /// <param name="residual">(N, OutH, OutW, C), pixels <see cref="ConvSizes.PixelResidual"/> apart, or empty.</param>
    /// <param name="y">(N, OutH, OutW, C), pixels <see cref="ConvSizes.PixelY"/> apart; what lies between them is
    /// kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <param name="sizes">With Cout = C.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weights, ReadOnlySpan<T> bias,
        ReadOnlySpan<T> rowBias, ReadOnlySpan<T> residual, Span<T> y, Span<T> workspace, in ConvSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(x.Length, y.Length, weights.Length, sizes);
        MatMulCpu.Require(bias.IsEmpty || bias.Length >= sizes.C, nameof(bias));
        MatMulCpu.Require(rowBias.IsEmpty || rowBias.Length >= (long)sizes.N * sizes.C, nameof(rowBias));
        MatMulCpu.Require(residual.IsEmpty
            || residual.Length >= ConvSizes.Extent(sizes.N, sizes.OutH, sizes.OutW, sizes.C, sizes.PixelResidual),
            nameof(residual));
        TapsFirst(weights, workspace, sizes);
        fixed (T* px = x, pw = workspace, pBias = bias, pRows = rowBias, pResidual = residual, py = y)
        {
            var kernel = new DepthwiseForward(sizes, px, pw, pBias, pRows, pResidual, py);
            Simd.For<T, DepthwiseForward>(pool, sizes.N * sizes.OutH, Grain(sizes, sizes.OutW), kernel);
        }
    }

    /// <summary>The gradient of x: dx = (dx +) dy ∗ᵀ weights.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="dy">(N, OutH, OutW, C), pixels <see cref="ConvSizes.PixelY"/> apart.</param>
    /// <param name="weights">(C, R, S).</param>
    /// <param name="dx">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart; what lies between them is
    /// kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <param name="sizes">With Cout = C.</param>
    /// <param name="accumulate">Adds to what dx holds.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void InputGradient<T>(WorkerPool pool, ReadOnlySpan<T> dy, ReadOnlySpan<T> weights, Span<T> dx,
        Span<T> workspace, in ConvSizes sizes, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(dx.Length, dy.Length, weights.Length, sizes);
        TapsFirst(weights, workspace, sizes);
        fixed (T* pdy = dy, pw = workspace, pdx = dx)
        {
            var kernel = new DepthwiseInputGradient(sizes, pdy, pw, pdx, accumulate);
            Simd.For<T, DepthwiseInputGradient>(pool, sizes.N * sizes.H, Grain(sizes, sizes.W), kernel);
        }
    }

    /// <summary>The gradient of the weights: dWeights[c, r, s] = (that +) Σ over pixels of dy · x.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="x">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart.</param>
    /// <param name="dy">(N, OutH, OutW, C), pixels <see cref="ConvSizes.PixelY"/> apart.</param>
    /// <param name="dWeights">(C, R, S).</param>
    /// <param name="sizes">With Cout = C.</param>
    /// <param name="accumulate">Adds to what dWeights holds.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void WeightGradient<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeights,
        in ConvSizes sizes, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(x.Length, dy.Length, dWeights.Length, sizes);
        int blocks = (sizes.C + DepthwiseWeightGradient.Block - 1) / DepthwiseWeightGradient.Block;
        fixed (T* px = x, pdy = dy, pdw = dWeights)
            Simd.For<T, DepthwiseWeightGradient>(pool, blocks * sizes.Taps, 1, new(sizes, px, pdy, pdw, accumulate));
    }

    static int Grain(in ConvSizes sizes, int columns)
        => (int)Math.Clamp(ChunkWork / Math.Max(1.0, (double)columns * sizes.Taps * sizes.C), 1,
        Math.Max(1, sizes.N * Math.Max(sizes.H, sizes.OutH)));

    static void TapsFirst<T>(ReadOnlySpan<T> weights, Span<T> workspace, in ConvSizes sizes) where T : unmanaged
    {
        MatMulCpu.Require(workspace.Length >= WorkspaceLength(sizes), nameof(workspace));
        for (int c = 0; c < sizes.C; c++)
        {
            for (int tap = 0; tap < sizes.Taps; tap++)
                workspace[(tap * sizes.C) + c] = weights[(c * sizes.Taps) + tap];
        }
    }

    static void Check(int x, int y, int weights, in ConvSizes sizes)
    {
        sizes.Validate();
        MatMulCpu.Require(sizes.Cout == sizes.C, nameof(sizes));
        MatMulCpu.Require(weights >= (long)sizes.C * sizes.Taps, nameof(weights));
        MatMulCpu.Require(x >= ConvSizes.Extent(sizes.N, sizes.H, sizes.W, sizes.C, sizes.PixelX), nameof(x));
        MatMulCpu.Require(y >= ConvSizes.Extent(sizes.N, sizes.OutH, sizes.OutW, sizes.C, sizes.PixelY), nameof(y));
    }
}
