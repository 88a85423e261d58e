namespace SuTI.Model.Imaging;

/// <summary>
/// Resizes 8-bit samples as Pillow does: horizontally, rounded to 8 bits, then vertically; weights have 22 fraction
/// bits.
/// </summary>
static class ByteResampler
{
    // 32 bits less the 8 of a sample and 2 for the sums of weights beyond 1.
    const int FractionBits = 22;

    internal static void Resize(Image image, Image resized, ResizeFilter filter, ResizeBox box)
    {
        bool isWide = resized.Width != image.Width || box.Left != 0 || box.Right != resized.Width;
        bool isHigh = resized.Height != image.Height || box.Top != 0 || box.Bottom != resized.Height;
        var down = ResampleWeights.Build(image.Height, box.Top, box.Bottom, resized.Height, filter);
        var source = image;
        int top = 0;
        if (isWide)
        {
            var across = ResampleWeights.Build(image.Width, box.Left, box.Right, resized.Width, filter);
            // Only the rows that the vertical pass reads are made.
            top = isHigh ? down.First[0] : 0;
            int bottom = isHigh ? down.First[^1] + down.Count[^1] : image.Height;
            source = isHigh ? new Image(resized.Width, bottom - top, image.Channels) : resized;
            Across(image, top, source, across);
        }
        if (isHigh)
            Down(source, top, resized, down);
        else if (!isWide)
            image.Bytes.CopyTo(resized.Bytes);
    }

    static void Across(Image image, int top, Image resized, ResampleWeights weights)
    {
        int[] fixedPoint = Round(weights.Weights);
        int channels = image.Channels;
        for (int y = 0; y < resized.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Row(top + y);
            var result = resized.Row(y);
            for (int x = 0; x < resized.Width; x++)
            {
                var factors = fixedPoint.AsSpan(x * weights.LargestCount, weights.Count[x]);
                var pixels = row[(weights.First[x] * channels)..];
                for (int c = 0; c < channels; c++)
                {
                    int sum = 1 << (FractionBits - 1);
                    for (int k = 0; k < factors.Length; k++)
                        sum += pixels[(k * channels) + c] * factors[k];
                    result[(x * channels) + c] = Clip(sum);
                }
            }
        }
    }

    static void Down(Image image, int top, Image resized, ResampleWeights weights)
    {
        int[] fixedPoint = Round(weights.Weights);
        int[] sums = new int[resized.Stride];
        for (int y = 0; y < resized.Height; y++)
        {
            Array.Fill(sums, 1 << (FractionBits - 1));
            for (int k = 0; k < weights.Count[y]; k++)
            {
                int factor = fixedPoint[(y * weights.LargestCount) + k];
                ReadOnlySpan<byte> row = image.Row(weights.First[y] - top + k);
                for (int i = 0; i < sums.Length; i++)
                    sums[i] += row[i] * factor;
            }
            var result = resized.Row(y);
            for (int i = 0; i < sums.Length; i++)
                result[i] = Clip(sums[i]);
        }
    }

    static int[] Round(double[] weights) => Array.ConvertAll(weights,
        weight => (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << FractionBits))));

    static byte Clip(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);
}
