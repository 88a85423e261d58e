using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// Root-mean-square normalisation (Zhang and Sennrich, 2019) of each row of (rows, width): y = x · rstd · weight, with
/// rstd = 1 / √(mean of x² + ε). Empty weight: 1.
/// </summary>
public static class RmsNormCpu
{
    /// <param name="rstd">One for each row, for the backward pass.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, Span<T> y, Span<T> rstd, int rows, int width,
        double epsilon) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RowNorm<Uncentred>.Forward(pool, x, weight, [], y, [], rstd, rows, width, epsilon);

    /// <summary>Elements of the workspace of <see cref="Backward"/>.</summary>
    public static int WorkspaceLength(int rows, int width) => RowNorm<Uncentred>.WorkspaceLength(rows, width);

    /// <summary>dx, and the gradient of weight, which is skipped if empty.</summary>
    /// <param name="accumulate">Whether dWeight is added to what it holds.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, Span<T> dWeight, Span<T> workspace, int rows, int width, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RowNorm<Uncentred>.Backward(pool, x, weight, [], rstd, dy, dx, dWeight, [], workspace, rows, width, accumulate);

    readonly struct Uncentred : IRowNormKind
    {
        public static bool IsCentred => false;
    }
}
