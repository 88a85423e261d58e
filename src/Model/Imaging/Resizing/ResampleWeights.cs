namespace SuTI.Model.Imaging;

/// <summary>
/// What each new sample of a line is made of: Count[i] old samples from First[i] on, with weights that sum to 1.
/// </summary>
/// <remarks>The arithmetic is that of Pillow's Resample.c, rounding included, so that results are the same.</remarks>
sealed class ResampleWeights
{
    ResampleWeights(int size, int largestCount)
    {
        First = new int[size];
        Count = new int[size];
        LargestCount = largestCount;
        Weights = new double[(long)size * largestCount];
    }

    internal int[] First { get; }

    internal int[] Count { get; }

    /// <summary>How far the weights of two new samples lie apart in <see cref="Weights"/>.</summary>
    internal int LargestCount { get; }

    internal double[] Weights { get; }

    /// <param name="size">Old samples.</param>
    /// <param name="from">Where the part begins that is resized.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="newSize">New samples.</param>
    internal static ResampleWeights Build(int size, float from, float to, int newSize, ResizeFilter filter)
    {
        // The difference is a float there, too.
        double scale = (double)(to - from) / newSize, widening = Math.Max(scale, 1);
        double support = Support(filter) * widening, inverse = 1 / widening;
        var result = new ResampleWeights(newSize, ((int)Math.Ceiling(support) * 2) + 1);
        for (int i = 0; i < newSize; i++)
        {
            double centre = from + ((i + 0.5) * scale), sum = 0;
            int first = Math.Max(0, (int)(centre - support + 0.5));
            int count = Math.Min(size, (int)(centre + support + 0.5)) - first;
            var weights = result.Weights.AsSpan(i * result.LargestCount, count);
            for (int k = 0; k < count; k++)
            {
                weights[k] = Value(filter, (k + first - centre + 0.5) * inverse);
                sum += weights[k];
            }
            for (int k = 0; k < count && sum != 0; k++)
                weights[k] /= sum;
            result.First[i] = first;
            result.Count[i] = count;
        }
        return result;
    }

    /// <summary>Where a filter ends to both sides, in old samples.</summary>
    static double Support(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Box => 0.5,
        ResizeFilter.Bilinear or ResizeFilter.Hamming => 1,
        ResizeFilter.Bicubic => 2,
        _ => 3,
    };

    static double Value(ResizeFilter filter, double x)
    {
        double distance = Math.Abs(x);
        switch (filter)
        {
            case ResizeFilter.Box:
                return x is > -0.5 and <= 0.5 ? 1 : 0;
            case ResizeFilter.Bilinear:
                return distance < 1 ? 1 - distance : 0;
            case ResizeFilter.Hamming:
                if (distance is 0 or >= 1)
                    return distance == 0 ? 1 : 0;
                return Sinc(distance) * (0.54 + (0.46 * Math.Cos(distance * Math.PI)));
            case ResizeFilter.Bicubic:
                const double A = -0.5;
                return distance < 1 ? ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1
                    : distance < 2 ? ((((distance - 5) * distance) + 8) * distance - 4) * A : 0;
            default:
                return x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;
        }
    }

    static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
