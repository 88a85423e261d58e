using System.Numerics;

namespace SuTI.Kernels.Tests;

public class GroupNormCpuTests
{
    static readonly GroupNormSizes[] s_sizes =
    [
        new(1, 1, 32, 8), new(2, 35, 30, 5), new(3, 25, 20, 1), new(2, 17, 6, 6), new(1, 4096, 64, 32), new(2, 600, 96, 32),
        new(1, 77, 24, 6), new(2, 9, 160, 32), new(0, 5, 4, 2), new(2, 0, 4, 2), new(1, 3, 1, 1),
    ];

    [Test]
    public void Forward_and_gradients_equal_the_definition(
        [ValueSource(nameof(s_sizes))] GroupNormSizes sizes, [Values] bool silu, [Values] bool modulated)
    {
        Compare<double>(sizes, silu, modulated, 1e-12, Math.Pow(2, -53));
        Compare<float>(sizes, silu, modulated, 2e-6, Math.Pow(2, -24));
    }

    /// <summary>
    /// The first token of a text lies far from its padding, which is nearly constant: sums of squares around that token would
    /// leave 4 digits of the spread.
    /// </summary>
    [Test]
    public void A_first_pixel_far_from_all_others_costs_no_digits()
    {
        var sizes = new GroupNormSizes(1, 500, 20, 20);
        var random = new Random(5);
        float[] x = [.. RandomInput.Uniform<float>(random, sizes.Elements).Select(v => 5 + (1e-4f * v))];
        x.AsSpan(0, sizes.Channels).Fill(6);
        float[] y = new float[x.Length], mean = new float[sizes.Groups], rstd = new float[sizes.Groups];
        _ = ThreadCounts.Same(pool =>
        {
            GroupNormCpu.Forward<float>(pool, x, [], [], [], [], y, mean, rstd, new float[GroupNormCpu.ForwardWorkspace(sizes)],
                sizes, 1e-5, silu: false);
            return (float[])[.. rstd];
        });
        for (int channel = 0; channel < sizes.Channels; channel++)
        {
            double[] own = [.. Enumerable.Range(0, sizes.Pixels).Select(pixel => (double)x[(pixel * sizes.Channels) + channel])];
            double average = own.Average(), spread = own.Average(value => (value - average) * (value - average));
            double expected = 1 / Math.Sqrt(spread + 1e-5);
            Assert.That(rstd[channel], Is.EqualTo(expected).Within(5e-5 * expected), $"channel {channel}");
        }
    }

    static void Compare<T>(GroupNormSizes sizes, bool silu, bool modulated, double sums, double roundOff)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        T[] Draw(int count, double mean) => [.. RandomInput.Uniform<T>(random, count).Select(v => (v * T.CreateChecked(1.7)) + T.CreateChecked(mean))];
        int perImage = sizes.Images * sizes.Channels, groups = sizes.Images * sizes.Groups;
        T[] x = Draw(sizes.Elements, 20), dy = Draw(sizes.Elements, 0), weight = Draw(sizes.Channels, 1), bias = Draw(sizes.Channels, 0);
        T[] scale = modulated ? Draw(perImage, 0) : [], shift = modulated ? Draw(perImage, 0) : [];
        var expected = Reference.Of(sizes, silu, Wide(x), Wide(weight), Wide(bias), Wide(scale), Wide(shift), Wide(dy));

        T[] all = ThreadCounts.Same(pool =>
        {
            Fenced<T> y = new(sizes.Elements), mean = new(groups), rstd = new(groups), dx = new(sizes.Elements), dWeight = new(weight),
                dBias = new(sizes.Channels), dScale = new(scale.Length), dShift = new(shift.Length);
            GroupNormCpu.Forward<T>(pool, x, weight, bias, scale, shift, y.Span, mean.Span, rstd.Span,
                new T[GroupNormCpu.ForwardWorkspace(sizes)], sizes, 1e-5, silu);
            GroupNormCpu.Backward<T>(pool, x, weight, bias, scale, shift, mean.Span, rstd.Span, dy, dx.Span, dWeight.Span, dBias.Span,
                dScale.Span, dShift.Span, new T[GroupNormCpu.BackwardWorkspace(sizes)], sizes, silu, accumulateWeight: true, accumulateBias: false);
            return (T[])[.. y.Checked(), .. dx.Checked(), .. dWeight.Checked(), .. dBias.Checked(), .. dScale.Checked(), .. dShift.Checked()];
        });

        // The saved mean is rounded, by |mean| · rstd roundings of the spread, and enters dx three times.
        double tolerance = sums + (6 * roundOff * expected.Condition);
        int at = 0;
        foreach (double[] part in (double[][])[expected.Y, expected.Dx, [.. expected.DWeight.Zip(Wide(weight), (d, w) => d + w)], expected.DBias,
            expected.DScale, expected.DShift])
        {
            double largest = part.Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (int i = 0; i < part.Length; i++)
                Assert.That(double.CreateChecked(all[at + i]), Is.EqualTo(part[i]).Within((tolerance * largest) + 1e-300), $"element {at + i}");
            at += part.Length;
        }
        Assert.That(at, Is.EqualTo(all.Length));
    }

    static double[] Wide<T>(T[] values) where T : INumberBase<T> => Array.ConvertAll(values, double.CreateChecked);

    sealed record Reference(double[] Y, double[] Dx, double[] DWeight, double[] DBias, double[] DScale, double[] DShift)
    {
        internal double Condition { get; private set; }

        internal static Reference Of(GroupNormSizes s, bool silu, double[] x, double[] weight, double[] bias, double[] scale, double[] shift, double[] dy)
        {
            var r = new Reference(new double[x.Length], new double[x.Length], new double[s.Channels], new double[s.Channels],
                new double[scale.Length], new double[shift.Length]);
            int width = s.Channels / s.Groups;
            for (int n = 0; n < s.Images; n++)
            {
                for (int g = 0; g < s.Groups; g++)
                {
                    var at = (from p in Enumerable.Range(0, s.Pixels) from c in Enumerable.Range(g * width, width) select (c, i: (((n * s.Pixels) + p) * s.Channels) + c)).ToArray();
                    double count = at.Length, mean = at.Sum(a => x[a.i]) / count, rstd = 1 / Math.Sqrt((at.Sum(a => (x[a.i] - mean) * (x[a.i] - mean)) / count) + 1e-5);
                    if (at.Length > 0)
                        r.Condition = Math.Max(r.Condition, Math.Abs(mean) * rstd);
                    double level = 0, slope = 0;
                    var dHat = new Dictionary<int, double>();
                    foreach (var (c, i) in at)
                    {
                        int m = (n * s.Channels) + c;
                        double hat = (x[i] - mean) * rstd, gain = scale.Length > 0 ? 1 + scale[m] : 1, z0 = (hat * weight[c]) + bias[c];
                        double z = (z0 * gain) + (shift.Length > 0 ? shift[m] : 0), sigmoid = 1 / (1 + Math.Exp(-z));
                        r.Y[i] = silu ? z * sigmoid : z;
                        double dz = silu ? dy[i] * (sigmoid + (z * sigmoid * (1 - sigmoid))) : dy[i];
                        r.DWeight[c] += dz * gain * hat;
                        r.DBias[c] += dz * gain;
                        if (scale.Length > 0)
                        {
                            r.DScale[m] += dz * z0;
                            r.DShift[m] += dz;
                        }
                        dHat[i] = dz * gain * weight[c];
                        level += dHat[i] / count;
                        slope += dHat[i] * hat / count;
                    }
                    foreach (var (_, i) in at)
                        r.Dx[i] = rstd * (dHat[i] - level - ((x[i] - mean) * rstd * slope));
                }
            }
            return r;
        }
    }
}
