using System.Numerics;

namespace SuTI.Kernels;

public static unsafe partial class ConvCpu
{
    /// <summary>Elements of the weights packed for <see cref="InputGradient"/>.</summary>
    public static long InputGradientPackedLength<T>(in ConvSizes sizes) where T : unmanaged
        => MatMulCpu.PackedLength<T>(sizes.C, sizes.Taps * sizes.Cout);

    /// <summary>Packs weights (Cout, R, S, C) for <see cref="InputGradient"/>.</summary>
    public static void PackForInputGradient<T>(WorkerPool pool, ReadOnlySpan<T> weights, Span<T> packed, in ConvSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sizes.Validate();
        MatMulCpu.Require(weights.Length >= (long)sizes.Cout * sizes.Taps * sizes.C, nameof(weights));
        MatMulCpu.Require(packed.Length >= InputGradientPackedLength<T>(sizes), nameof(packed));
        fixed (T* source = weights, destination = packed)
            Simd.For<T, PackTaps>(pool, sizes.Cout, PackTaps.Grain(sizes), new(source, destination, sizes.Cout, sizes.Taps, sizes.C));
    }

    /// <summary>Elements of scratch that <see cref="InputGradient"/> needs.</summary>
    public static long InputGradientWorkspaceLength(in ConvSizes sizes)
        => sizes.Cout + (IsFramedGradient(sizes) ? WorkspaceLength(sizes.Transposed()) : 0);

    /// <summary>dx = dy ∗ᵀ weights, or dx += that.</summary>
    /// <param name="dy">(N, OutH, OutW, Cout), pixels <see cref="ConvSizes.PixelY"/> apart.</param>
    /// <param name="packed">From <see cref="PackForInputGradient"/>.</param>
    /// <param name="dx">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart; what lies between them is kept.</param>
    /// <param name="workspace">At least <see cref="InputGradientWorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    /// <remarks>With a stride, the pixels of dx fall into phases that meet different taps; each is a convolution of its own.</remarks>
    public static void InputGradient<T>(
        WorkerPool pool,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> packed,
        Span<T> dx,
        Span<T> workspace,
        in ConvSizes sizes,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sizes.Validate();
        MatMulCpu.Require(dy.Length >= ConvSizes.Extent(sizes.N, sizes.OutH, sizes.OutW, sizes.Cout, sizes.PixelY), nameof(dy));
        MatMulCpu.Require(packed.Length >= InputGradientPackedLength<T>(sizes), nameof(packed));
        MatMulCpu.Require(dx.Length >= ConvSizes.Extent(sizes.N, sizes.H, sizes.W, sizes.C, sizes.PixelX), nameof(dx));
        MatMulCpu.Require(workspace.Length >= InputGradientWorkspaceLength(sizes), nameof(workspace));
        workspace[..sizes.Cout].Clear();
        fixed (T* pdy = dy, pw = packed, pdx = dx, scratch = workspace)
        {
            if (IsFramedGradient(sizes))
            {
                var turned = sizes.Transposed();
                T* zeros = scratch + sizes.Cout, frame = zeros + ((nint)turned.S * turned.C);
                new Span<T>(zeros, turned.S * turned.C).Clear();
                ConvFrame.Copy(pool, turned, pdy, frame);
                var plan = ConvPlan.Of<T>(ConvGeometry.Forward(turned).OnFrame(turned) with { Accumulate = accumulate });
                Simd.For<T, ConvKernel>(pool, plan.Units, plan.UnitsPerChunk, new(plan, frame, pw, zeros, null, 0, null, pdx));
                return;
            }
            for (int h = 0; h < Math.Min(sizes.StrideH, sizes.H); h++)
            {
                for (int w = 0; w < Math.Min(sizes.StrideW, sizes.W); w++)
                {
                    var plan = ConvPlan.Of<T>(ConvGeometry.InputGradient(sizes, h, w) with { Accumulate = accumulate });
                    Simd.For<T, ConvKernel>(pool, plan.Units, plan.UnitsPerChunk,
                        new(plan, pdy, pw, scratch, null, 0, null, pdx));
                }
            }
        }
    }

    static bool IsFramedGradient(in ConvSizes sizes)
        => sizes.StrideH == 1 && sizes.StrideW == 1 && sizes.OutH > 0 && sizes.OutW > 0 && ConvFrame.IsWorthwhile(sizes.Transposed());

    /// <summary>Elements of scratch that <see cref="WeightGradient"/> needs.</summary>
    public static long WeightGradientWorkspaceLength<T>(in ConvSizes sizes) where T : unmanaged
        => WeightGradientPlan.Of<T>(sizes).WorkspaceLength;

    /// <summary>dWeights (Cout, R, S, C) = Σ over pixels of dy · x, or dWeights += that.</summary>
    /// <param name="x">(N, H, W, C), pixels <see cref="ConvSizes.PixelX"/> apart.</param>
    /// <param name="dy">(N, OutH, OutW, Cout), pixels <see cref="ConvSizes.PixelY"/> apart.</param>
    /// <param name="workspace">At least <see cref="WeightGradientWorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void WeightGradient<T>(
        WorkerPool pool,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        Span<T> dWeights,
        Span<T> workspace,
        in ConvSizes sizes,
        bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sizes.Validate();
        MatMulCpu.Require(x.Length >= ConvSizes.Extent(sizes.N, sizes.H, sizes.W, sizes.C, sizes.PixelX), nameof(x));
        MatMulCpu.Require(dy.Length >= ConvSizes.Extent(sizes.N, sizes.OutH, sizes.OutW, sizes.Cout, sizes.PixelY), nameof(dy));
        MatMulCpu.Require(dWeights.Length >= (long)sizes.Cout * sizes.Taps * sizes.C, nameof(dWeights));
        MatMulCpu.Require(workspace.Length >= WeightGradientWorkspaceLength<T>(sizes), nameof(workspace));
        var plan = WeightGradientPlan.Of<T>(sizes);
        fixed (T* px = x, pdy = dy, pdw = dWeights, scratch = workspace)
        {
            if (plan.IsFramed)
                ConvFrame.Copy(pool, sizes, px, scratch);
            if (plan.IsPacked)
            {
                Simd.For<T, PackImages>(pool, PackImages.Items(plan), PackImages.Grain(plan), new(plan, px, pdy, scratch));
                Simd.For<T, PackedWeightGradientKernel>(pool, plan.Units, 1, new(plan, scratch, pdw, accumulate));
            }
            else
            {
                Simd.For<T, WeightGradientKernel>(
                    pool, plan.Units, 1, new(plan, plan.IsFramed ? scratch : px, pdy, pdw, accumulate));
            }
        }
    }

    /// <summary>Elements of scratch that <see cref="BiasGradient"/> needs.</summary>
    public static long BiasGradientWorkspaceLength(in ConvSizes sizes)
        => (long)ColumnSums.Chunks(sizes.N * sizes.OutH * sizes.OutW) * sizes.Cout;

    /// <summary>dBias (Cout) = Σ over pixels of dy, or dBias += that.</summary>
    /// <param name="dy">(N, OutH, OutW, Cout), pixels <see cref="ConvSizes.PixelY"/> apart.</param>
    /// <param name="workspace">At least <see cref="BiasGradientWorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say.</exception>
    public static void BiasGradient<T>(
        WorkerPool pool, ReadOnlySpan<T> dy, Span<T> dBias, Span<T> workspace, in ConvSizes sizes, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sizes.Validate();
        int pixels = sizes.N * sizes.OutH * sizes.OutW, chunks = ColumnSums.Chunks(pixels);
        MatMulCpu.Require(dy.Length >= ConvSizes.Extent(sizes.N, sizes.OutH, sizes.OutW, sizes.Cout, sizes.PixelY), nameof(dy));
        MatMulCpu.Require(dBias.Length >= sizes.Cout, nameof(dBias));
        MatMulCpu.Require(workspace.Length >= BiasGradientWorkspaceLength(sizes), nameof(workspace));
        fixed (T* pdy = dy, scratch = workspace)
            Simd.For<T, ColumnSums>(pool, chunks, 1, new(pdy, scratch, pixels, sizes.Cout, sizes.PixelY));
        if (!accumulate)
            dBias[..sizes.Cout].Clear();
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            for (int c = 0; c < sizes.Cout; c++)
                dBias[c] += workspace[(chunk * sizes.Cout) + c];
        }
    }
}
