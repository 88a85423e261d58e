using System.Numerics;

namespace SuTI.Kernels;

/// <summary>
/// Group normalisation (Wu and He, 2018) of channels-last images, with what follows it in a U-Net:
/// y = act(((x − mean) · rstd · weight + bias) · (1 + scale) + shift), act being SiLU or nothing.
/// </summary>
/// <remarks>
/// Statistics are sums of x − pilot and its square, the pilot being the mean of a few of the channel's pixels, over stripes of pixels; stripes are combined
/// in order, channels and groups in double. So a mean far from zero costs no digits and every number of threads gives the same bits.
/// </remarks>
public static unsafe partial class GroupNormCpu
{
    /// <summary>Elements of the workspace of <see cref="Forward"/>.</summary>
    public static int ForwardWorkspace(GroupNormSizes sizes)
        => checked((2 * sizes.Stripes * sizes.Channels) + (3 * sizes.Images * sizes.Channels));

    /// <summary>Elements of the workspace of <see cref="Backward"/>.</summary>
    public static int BackwardWorkspace(GroupNormSizes sizes)
        => checked((2 * sizes.Stripes * sizes.Channels) + (6 * sizes.Images * sizes.Channels));

    /// <param name="x">(N, pixels, C)</param>
    /// <param name="weight">(C), or empty for 1.</param>
    /// <param name="bias">(C), or empty for 0.</param>
    /// <param name="scale">(N, C), or empty for 0.</param>
    /// <param name="shift">(N, C), or empty for 0.</param>
    /// <param name="y">(N, pixels, C)</param>
    /// <param name="mean">(N, G), for backward.</param>
    /// <param name="rstd">(N, G): 1 / √(variance + epsilon).</param>
    /// <param name="workspace">At least <see cref="ForwardWorkspace"/> elements.</param>
    /// <exception cref="ArgumentException">A span is too short, or the groups do not divide the channels.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias,
        ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y, Span<T> mean, Span<T> rstd, Span<T> workspace, GroupNormSizes sizes,
        double epsilon, bool silu) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(sizes, x.Length, y.Length, mean.Length, rstd.Length, workspace.Length, ForwardWorkspace(sizes));
        Check(sizes, weight.Length, bias.Length, scale.Length, shift.Length);
        if (sizes.Elements == 0)
            return;
        fixed (T* px = x, py = y, pw = workspace)
        {
            T* coefficients = pw + (2 * sizes.Stripes * sizes.Channels);
            // The pilots lie where the means will: in the first row of an image's coefficients.
            Simd.For<T, PilotKernel>(pool, sizes.Images, 1, new(px, coefficients, sizes));
            Simd.For<T, StatisticsKernel>(pool, sizes.Stripes, sizes.StripesPerChunk, new(px, coefficients, pw, sizes));
            Simd.For<T, StripeTotalsKernel>(pool, sizes.Images, 1, new(pw, sizes));
            Statistics(coefficients, pw, mean, rstd, sizes, epsilon);
            Coefficients(weight, bias, scale, shift, mean, rstd, coefficients, sizes);
            Simd.For<T, NormalizeKernel>(pool, sizes.Stripes, sizes.StripesPerChunk, new(px, py, coefficients, sizes, silu));
        }
    }

    // Means and spreads of channels (Chan et al., 1983), then of groups, all in double.
    static void Statistics<T>(T* pilots, T* sums, Span<T> mean, Span<T> rstd, GroupNormSizes sizes, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = sizes.Channels, width = sizes.ChannelsPerGroup, stripes = sizes.StripesPerImage;
        for (int image = 0; image < sizes.Images; image++)
        {
            T* pilot = pilots + (3L * image * channels);
            T* totals = sums + (2L * image * stripes * channels);
            for (int group = 0; group < sizes.Groups; group++)
            {
                double groupMean = 0, groupSquares = 0;
                for (int i = 0; i < width; i++)
                {
                    int channel = (group * width) + i;
                    double sum = double.CreateTruncating(totals[channel]), squares = double.CreateTruncating(totals[channels + channel]);
                    double shift = sum / sizes.Pixels;
                    double own = double.CreateTruncating(pilot[channel]) + shift;
                    // Joins channel i to the i before it: the spread between means counts too.
                    double gap = own - groupMean;
                    groupMean += gap / (i + 1);
                    groupSquares += Math.Max(0, squares - (sum * shift)) + (gap * gap * sizes.Pixels * i / (i + 1));
                }
                double variance = groupSquares / ((double)sizes.Pixels * width);
                int at = (image * sizes.Groups) + group;
                mean[at] = T.CreateTruncating(groupMean);
                rstd[at] = T.CreateTruncating(1 / Math.Sqrt(variance + epsilon));
            }
        }
    }

    // Per image and channel: mean, factor and addend of y = (x − mean) · factor + addend.
    static void Coefficients<T>(ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, T* coefficients, GroupNormSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = sizes.Channels, width = sizes.ChannelsPerGroup;
        for (int image = 0; image < sizes.Images; image++)
        {
            T* row = coefficients + (3L * image * channels);
            for (int channel = 0; channel < channels; channel++)
            {
                int group = (image * sizes.Groups) + (channel / width);
                int at = (image * channels) + channel;
                T gain = scale.IsEmpty ? T.One : T.One + scale[at];
                row[channel] = mean[group];
                row[channels + channel] = rstd[group] * (weight.IsEmpty ? T.One : weight[channel]) * gain;
                row[(2 * channels) + channel] = ((bias.IsEmpty ? T.Zero : bias[channel]) * gain) + (shift.IsEmpty ? T.Zero : shift[at]);
            }
        }
    }

    static void Check(GroupNormSizes sizes, int x, int y, int mean, int rstd, int workspace, int workspaceNeeded)
    {
        sizes.Check();
        int groups = sizes.Images * sizes.Groups;
        if (x != sizes.Elements || y != x || mean != groups || rstd != groups || workspace < workspaceNeeded)
            throw new ArgumentException($"group_norm: spans do not fit {sizes}: x {x}, y {y}, mean {mean}, rstd {rstd}, workspace {workspace} of {workspaceNeeded}.");
    }

    static void Check(GroupNormSizes sizes, int weight, int bias, int scale, int shift)
    {
        int perImage = sizes.Images * sizes.Channels;
        bool fits = (weight == 0 || weight == sizes.Channels) && (bias == 0 || bias == sizes.Channels)
            && (scale == 0 || scale == perImage) && (shift == 0 || shift == perImage);
        if (!fits)
            throw new ArgumentException($"group_norm: parameters do not fit {sizes}: weight {weight}, bias {bias}, scale {scale}, shift {shift}.");
    }
}
