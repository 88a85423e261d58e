namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_resample = Declare("resample",
        new OpVariant("nearest_2", [new([2, 3, 4, 3])], t => t[0].UpsampleNearest(),
            a => NdArray.Build([2, 6, 8, 3], i => a[0][i[0], i[1] / 2, i[2] / 2, i[3]])),
        new OpVariant("nearest_3_one_pixel", [new([1, 1, 1, 2])], t => t[0].UpsampleNearest(3),
            a => NdArray.Build([1, 3, 3, 2], i => a[0][0, 0, 0, i[3]])),
        new OpVariant("nearest_to_size", [new([1, 7, 5, 2])], t => t[0].UpsampleNearest(13, 9),
            a => NdArray.Build([1, 13, 9, 2], i => a[0][0, i[1] * 7 / 13, i[2] * 5 / 9, i[3]])),
        new OpVariant("nearest_down", [new([1, 7, 5, 2]) { Layout = InputLayout.Transposed }],
            t => t[0].Resize(3, 5, Resampling.Nearest),
            a => NdArray.Build([1, 3, 5, 2], i => a[0][0, i[1] * 7 / 3, i[2], i[3]])),
        Resized("bilinear", [2, 3, 4, 3], 5, 7, Resampling.Bilinear, Linear),
        Resized("bilinear_down_and_up", [1, 7, 4, 2], 3, 9, Resampling.Bilinear, Linear),
        Resized("bilinear_from_one_pixel", [1, 1, 1, 3], 3, 2, Resampling.Bilinear, Linear),
        Resized("bilinear_wide", [1, 3, 3, 35], 2, 4, Resampling.Bilinear, Linear),
        Resized("bilinear_wide_channels", [1, 3, 4, 16], 5, 7, Resampling.Bilinear, Linear),
        Resized("bilinear_antialias_down_wide_channels", [1, 11, 8, 16], 4, 3, Resampling.Bilinear,
            (x, a, n, m) => Filter(x, a, n, m, 1, Triangle), antialias: true),
        Resized("bilinear_antialias_down", [1, 11, 8, 2], 4, 3, Resampling.Bilinear,
            (x, a, n, m) => Filter(x, a, n, m, 1, Triangle), antialias: true),
        Resized("bilinear_antialias_up", [1, 3, 4, 2], 5, 4, Resampling.Bilinear,
            (x, a, n, m) => Filter(x, a, n, m, 1, Triangle), antialias: true),
        Resized("bicubic", [1, 4, 5, 3], 6, 3, Resampling.Bicubic, Cubic),
        Resized("bicubic_antialias_down", [1, 9, 11, 2], 4, 5, Resampling.Bicubic,
            (x, a, n, m) => Filter(x, a, n, m, 2, v => Keys(v, -0.5)), antialias: true),
        Resized("area", [1, 7, 5, 2], 3, 4, Resampling.Area, Covered),
        new OpVariant("bicubic_given_step", [new([1, 4, 4, 2])],
            t => t[0].Resize(6, 6, Resampling.Bicubic, stepHeight: 4 / 6.1, stepWidth: 4 / 6.1),
            a => Separable(a[0], 6, 6, (i, j, _, _) => Cubic((i + 0.5) * (4 / 6.1) - 0.5, j, 4))),
        new OpVariant("average_pool", [new([2, 5, 7, 3])], t => t[0].AvgPool2d(2),
            a => NdArray.Build([2, 2, 3, 3],
                i => Enumerable.Range(0, 4).Average(j => a[0][i[0], (2 * i[1]) + (j / 2), (2 * i[2]) + (j % 2), i[3]]))),
        new OpVariant("average_pool_overlapping", [new([1, 5, 4, 2]) { Layout = InputLayout.Strided }],
            t => t[0].AvgPool2d((3, 2), stride: (1, 2)),
            a => NdArray.Build([1, 3, 2, 2],
                i => Enumerable.Range(0, 6).Sum(j => a[0][0, i[1] + (j / 2), (2 * i[2]) + (j % 2), i[3]]) / 6)),
        new OpVariant("no_images", [new([0, 3, 4, 3])], t => t[0].UpsampleNearest(), _ => new([0, 6, 8, 3])),
        new OpVariant("no_channels", [new([1, 3, 4, 0])], t => t[0].Resize(2, 9, Resampling.Bicubic),
            _ => new([1, 2, 9, 0])));

    /// <summary>
    /// The weight of input <paramref name="from"/> in output <paramref name="to"/>, for lengths
    /// <paramref name="inputs"/> and <paramref name="outputs"/>.
    /// </summary>
    delegate double AxisWeight(int to, int from, int inputs, int outputs);

    static OpVariant Resized(string name, int[] images, int height, int width, Resampling kind, AxisWeight weight,
        bool antialias = false)
        => new(name, [images], t => t[0].Resize(height, width, kind, antialias),
            a => Separable(a[0], height, width, weight));

    static NdArray Separable(NdArray x, int height, int width, AxisWeight weight)
        => NdArray.Build([x.Shape[0], height, width, x.Shape[3]], i =>
        {
            double sum = 0;
            for (int row = 0; row < x.Shape[1]; row++)
            {
                for (int column = 0; column < x.Shape[2]; column++)
                    sum += weight(i[1], row, x.Shape[1], height) * weight(i[2], column, x.Shape[2], width)
                        * x[i[0], row, column, i[3]];
            }
            return sum;
        });

    // Centres lie at half numbers; what falls beyond the border falls on it.
    static double Linear(int to, int from, int inputs, int outputs)
    {
        double position = Math.Clamp((to + 0.5) * inputs / outputs - 0.5, 0, inputs - 1);
        return Triangle(position - from);
    }

    static double Cubic(int to, int from, int inputs, int outputs)
        => Cubic((to + 0.5) * inputs / outputs - 0.5, from, inputs);

    static double Cubic(double position, int from, int inputs)
    {
        double sum = 0;
        for (int tap = -5; tap < inputs + 5; tap++)
            sum += Math.Clamp(tap, 0, inputs - 1) == from ? Keys(position - tap, -0.75) : 0;
        return sum;
    }

    // The filter around the output's centre, as wide as its reach in inputs, cut at the borders and normalised.
    static double Filter(int to, int from, int inputs, int outputs, double radius, Func<double, double> filter)
    {
        double step = (double)inputs / outputs, widening = Math.Max(1, step), centre = (to + 0.5) * step;
        double Weight(int j)
            => Math.Abs(j + 0.5 - centre) < radius * widening ? filter((j + 0.5 - centre) / widening) : 0;
        return Weight(from) / Enumerable.Range(0, inputs).Sum(Weight);
    }

    static double Covered(int to, int from, int inputs, int outputs)
    {
        int first = to * inputs / outputs, end = ((to + 1) * inputs + outputs - 1) / outputs;
        return from >= first && from < end ? 1.0 / (end - first) : 0;
    }

    static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    // Keys (1981), equation 4.
    static double Keys(double x, double a)
    {
        x = Math.Abs(x);
        if (x <= 1)
            return ((a + 2) * x * x * x) - ((a + 3) * x * x) + 1;
        return x < 2 ? (a * x * x * x) - (5 * a * x * x) + (8 * a * x) - (4 * a) : 0;
    }
}
