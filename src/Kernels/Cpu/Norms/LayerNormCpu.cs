using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// Layer normalisation (Ba et al., 2016) of each row of (rows, width): y = (x − mean) · rstd · weight + bias, with
/// rstd = 1 / √(variance + ε) and the plain variance. Empty weight or bias: 1 or 0.
/// </summary>
public static class LayerNormCpu
{
    /// <param name="mean">One for each row, for the backward pass; <paramref name="rstd"/> likewise.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y,
        Span<T> mean, Span<T> rstd, int rows, int width, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RowNorm<Centred>.Forward(pool, x, weight, bias, y, mean, rstd, rows, width, epsilon);

    /// <summary>Elements of the workspace of <see cref="Backward"/>.</summary>
    public static int WorkspaceLength(int rows, int width) => RowNorm<Centred>.WorkspaceLength(rows, width);

    /// <summary>dx, and the gradients of weight and bias, which are skipped if empty.</summary>
    /// <param name="mean">As the forward pass gave it; <paramref name="rstd"/> likewise.</param>
    /// <param name="accumulate">Whether dWeight and dBias are added to what they hold.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> elements.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd,
        ReadOnlySpan<T> dy, Span<T> dx, Span<T> dWeight, Span<T> dBias, Span<T> workspace, int rows, int width, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => RowNorm<Centred>.Backward(pool, x, weight, mean, rstd, dy, dx, dWeight, dBias, workspace, rows, width, accumulate);

    readonly struct Centred : IRowNormKind
    {
        public static bool IsCentred => true;
    }
}
