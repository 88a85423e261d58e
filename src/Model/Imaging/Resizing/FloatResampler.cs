using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>
/// Resizes numbers that no range bounds: horizontally, rounded to f32, then vertically, with sums in double.
/// </summary>
public static class FloatResampler
{
    /// <summary>A picture of f32 samples in another size, as Pillow resizes its mode F.</summary>
    /// <param name="samples">(height, width, channels), row-major.</param>
    /// <returns>(newHeight, newWidth, channels).</returns>
    /// <exception cref="ImageException">
    /// A size below 1, samples that do not fill the picture, or a box beyond it.
    /// </exception>
    public static float[] Resize(ReadOnlySpan<float> samples, int width, int height, int channels, int newWidth,
        int newHeight, ResizeFilter filter = ResizeFilter.Bicubic, ResizeBox? box = null)
    {
        if (width < 1 || height < 1 || channels < 1 || newWidth < 1 || newHeight < 1
            || samples.Length != (Int128)width * height * channels)
            throw new ImageException("resize", "the samples do not fill the picture",
                "sides and channels of at least 1",
                Invariant($"{samples.Length} samples, {width}x{height}x{channels} to {newWidth}x{newHeight}"));
        if ((Int128)newWidth * newHeight * channels > Array.MaxLength
            || (Int128)newWidth * height * channels > Array.MaxLength)
            throw new ImageException("resize", "is too large", Invariant($"at most {Array.MaxLength} samples"),
                Invariant($"{newWidth}x{newHeight}x{channels}"));
        var part = box ?? ResizeBox.Of(width, height);
        part.Check(width, height);
        if (filter == ResizeFilter.Nearest)
            return NearestResampler.Resize(samples, width, height, channels, newWidth, newHeight, part);
        float[] across = samples.ToArray();
        if (newWidth != width || part.Left != 0 || part.Right != newWidth)
            across = Along(across, height, width, channels,
                ResampleWeights.Build(width, part.Left, part.Right, newWidth, filter));
        if (newHeight == height && part.Top == 0 && part.Bottom == newHeight)
            return across;
        return Along(across, 1, height, newWidth * channels,
            ResampleWeights.Build(height, part.Top, part.Bottom, newHeight, filter));
    }

    // (outer, line, inner) to (outer, new line, inner).
    static float[] Along(float[] samples, int outer, int line, int inner, ResampleWeights weights)
    {
        int newLine = weights.First.Length;
        float[] result = new float[(long)outer * newLine * inner];
        double[] sums = new double[inner];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < newLine; i++)
            {
                Array.Clear(sums);
                for (int k = 0; k < weights.Count[i]; k++)
                {
                    double factor = weights.Weights[(i * weights.LargestCount) + k];
                    var from = samples.AsSpan(((o * line) + weights.First[i] + k) * inner, inner);
                    for (int j = 0; j < inner; j++)
                        sums[j] += from[j] * factor;
                }
                var to = result.AsSpan(((o * newLine) + i) * inner, inner);
                for (int j = 0; j < inner; j++)
                    to[j] = (float)sums[j];
            }
        }
        return result;
    }
}
