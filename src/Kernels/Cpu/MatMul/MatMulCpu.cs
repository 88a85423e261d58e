using System.Numerics;

namespace SuTI.Kernels;

/// <summary>Matrix products C = A · B (+ bias) (+ residual), batched, any strides.</summary>
/// <remarks>
/// B is cut into panels of up to three vectors, packed once a call (or once a weight, with <see cref="Pack"/>); A is read where it
/// lies. K is cut so that a panel stays in the first-level cache while the rows of A pass. Every element of C is a sum
/// in the order of k within blocks that depend on K alone, so results do not depend on the number of threads.
/// </remarks>
public static unsafe class MatMulCpu
{
    /// <summary>Elements that a packed B[K, N] takes on this machine.</summary>
    public static long PackedLength<T>(int n, int k) where T : unmanaged => Panels.Length(k, n, Simd.Lanes<T>());

    /// <summary>Packs B[K, N], whose element (k, n) is at k · <paramref name="rowStride"/> + n · <paramref name="columnStride"/>.</summary>
    /// <param name="packed">At least <see cref="PackedLength"/> elements.</param>
    /// <remarks>Weights stored (out, in) are B transposed: row stride 1, column stride in.</remarks>
    public static void Pack<T>(
        WorkerPool pool, ReadOnlySpan<T> b, Span<T> packed, int n, int k, nint rowStride, nint columnStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(b.Length >= new MatrixLayout(0, rowStride, columnStride).Extent(1, k, n), nameof(b));
        Require(packed.Length >= PackedLength<T>(n, k), nameof(packed));
        fixed (T* source = b, destination = packed)
        {
            var layout = new MatrixLayout(0, rowStride, columnStride);
            Simd.For<T, PackPanels>(pool, PackPanels.Items(k, columnStride), PackPanels.Grain(n, columnStride), new(source, layout, destination, 0, n, k));
        }
    }

    /// <summary>Elements of scratch that <see cref="Multiply"/> needs for these sizes.</summary>
    public static long WorkspaceLength<T>(in MatMulSizes sizes) where T : unmanaged
    {
        var plan = MatMulPlan.Of<T>(sizes);
        return plan.PackedBLength + plan.PackedALength;
    }

    /// <summary>C[b, M, N] = (C +) A[b, M, K] · B[b, K, N] + bias[N] + residual[b, M, N].</summary>
    /// <param name="bias">N values, or empty.</param>
    /// <param name="residual">Laid out as <see cref="MatMulSizes.Residual"/>, or empty; not together with accumulation.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes say, or C or the residual has a column stride.</exception>
    public static void Multiply<T>(
        WorkerPool pool,
        ReadOnlySpan<T> a,
        ReadOnlySpan<T> b,
        ReadOnlySpan<T> bias,
        ReadOnlySpan<T> residual,
        Span<T> c,
        Span<T> workspace,
        in MatMulSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (batch, m, n, k) = sizes;
        Require(a.Length >= sizes.A.Extent(batch, m, k), nameof(a));
        Require(b.Length >= (sizes.PackedB
            ? ((batch - 1) * sizes.B.Batch) + PackedLength<T>(n, k)
            : sizes.B.Extent(batch, k, n)), nameof(b));
        Require(c.Length >= sizes.C.Extent(batch, m, n) && sizes.C.Column == 1, nameof(c));
        Require(bias.IsEmpty || bias.Length >= n, nameof(bias));
        Require(residual.IsEmpty || (residual.Length >= sizes.Residual.Extent(batch, m, n) && sizes.Residual.Column == 1
            && !sizes.Accumulate), nameof(residual));
        var plan = MatMulPlan.Of<T>(sizes);
        Require(workspace.Length >= plan.PackedBLength + plan.PackedALength, nameof(workspace));
        if (batch == 0 || m == 0 || n == 0)
            return;
        fixed (T* pa = a, pb = b, pc = c, pBias = bias, pResidual = residual, scratch = workspace)
        {
            var kernel = new MatMulKernel(plan, pa, pb, pc, pBias, pResidual);
            if (plan.PackedBLength > 0)
            {
                int copies = plan.BCopies;
                kernel.PackB(scratch);
                Simd.For<T, PackPanels>(pool, PackPanels.Items(k, sizes.B.Column) * copies, PackPanels.Grain(n, sizes.B.Column),
                    new(pb, sizes.B, scratch, (nint)(plan.PackedBLength / copies), n, k));
            }
            if (plan.PackedALength > 0)
            {
                kernel.PackA(scratch + plan.PackedBLength);
                Simd.For<T, PackRows>(pool, plan.ACopies * plan.RowTiles, PackRows.Grain(k),
                    new(pa, sizes.A, scratch + plan.PackedBLength, m, k));
            }
            Simd.For<T, MatMulKernel>(pool, plan.Units, plan.UnitsPerChunk, kernel);
        }
    }

    internal static void Require(bool condition, string argument)
    {
        if (!condition)
            throw new ArgumentException("The span does not fit the sizes.", argument);
    }
}
