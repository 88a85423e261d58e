using System.Numerics;

namespace SuTI.Kernels;

/// <summary>2-D convolution, channels last, and its gradients, as sums of matrix products over the kernel's taps.</summary>
/// <remarks>
/// Nothing like im2col is built: tiles of eight pixels meet panels of packed weights with all taps accumulated in registers. Results
/// do not depend on the number of threads.
/// </remarks>
public static unsafe partial class ConvCpu
{
    /// <summary>Elements of the weights packed for <see cref="Forward"/>.</summary>
    public static long PackedLength<T>(in ConvSizes sizes) where T : unmanaged
        => MatMulCpu.PackedLength<T>(sizes.Cout, sizes.Taps * sizes.C);

    /// <summary>Packs weights (Cout, R, S, C) for <see cref="Forward"/>.</summary>
    public static void Pack<T>(WorkerPool pool, ReadOnlySpan<T> weights, Span<T> packed, in ConvSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MatMulCpu.Pack(pool, weights, packed, sizes.Cout, sizes.Taps * sizes.C, 1, (nint)sizes.Taps * sizes.C);

    /// <summary>Elements of scratch that <see cref="Forward"/> needs.</summary>
    public static long WorkspaceLength(in ConvSizes sizes)
        => sizes.C + ((long)sizes.N * sizes.Cout)
            + (ConvFrame.IsWorthwhile(sizes) ? (sizes.S * sizes.C) + ConvFrame.Length(sizes) : 0);

    /// <summary>y = x ∗ weights + bias + rowBias + residual.</summary>
    /// <param name="x">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart.</param>
    /// <param name="packed">From <see cref="Pack"/>.</param>
    /// <param name="bias">Cout values, or empty.</param>
    /// <param name="rowBias">(N, Cout), added to every pixel of its image (the time embedding), or empty.</param>
    /// <param name="residual">(N, OutH, OutW, Cout), pixels <see cref="ConvSizes.PixelResidual"/> apart, or empty.</param>
    /// <param name="y">(N, OutH, OutW, Cout), pixels <see cref="ConvSizes.PixelY"/> apart; what lies between them is kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void Forward<T>(
        WorkerPool pool,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> packed,
        ReadOnlySpan<T> bias,
        ReadOnlySpan<T> rowBias,
        ReadOnlySpan<T> residual,
        Span<T> y,
        Span<T> workspace,
        in ConvSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sizes.Validate();
        int outH = sizes.OutH, outW = sizes.OutW, cout = sizes.Cout;
        MatMulCpu.Require(x.Length >= ConvSizes.Extent(sizes.N, sizes.H, sizes.W, sizes.C, sizes.PixelX), nameof(x));
        MatMulCpu.Require(packed.Length >= PackedLength<T>(sizes), nameof(packed));
        MatMulCpu.Require(bias.IsEmpty || bias.Length >= cout, nameof(bias));
        MatMulCpu.Require(rowBias.IsEmpty || rowBias.Length >= (long)sizes.N * cout, nameof(rowBias));
        MatMulCpu.Require(residual.IsEmpty
            || residual.Length >= ConvSizes.Extent(sizes.N, outH, outW, cout, sizes.PixelResidual), nameof(residual));
        MatMulCpu.Require(y.Length >= ConvSizes.Extent(sizes.N, outH, outW, cout, sizes.PixelY), nameof(y));
        MatMulCpu.Require(workspace.Length >= WorkspaceLength(sizes), nameof(workspace));
        bool framed = ConvFrame.IsWorthwhile(sizes);
        var geometry = ConvGeometry.Forward(sizes);
        if (framed)
            geometry = geometry.OnFrame(sizes);
        workspace[..geometry.Depth].Clear();
        fixed (T* px = x, pw = packed, pBias = bias, pRows = rowBias, pResidual = residual, py = y, scratch = workspace)
        {
            T* images = px, sums = scratch + geometry.Depth;
            if (framed)
            {
                images = sums + ((nint)sizes.N * cout);
                ConvFrame.Copy(pool, sizes, px, images);
            }
            T* constants = pBias;
            if (pRows != null)
            {
                for (int i = 0; i < sizes.N * cout; i++)
                    sums[i] = pRows[i] + (pBias == null ? T.Zero : pBias[i % cout]);
                constants = sums;
            }
            var plan = ConvPlan.Of<T>(geometry);
            Simd.For<T, ConvKernel>(pool, plan.Units, plan.UnitsPerChunk,
                new(plan, images, pw, scratch, constants, pRows == null ? 0 : cout, pResidual, py));
        }
    }
}
