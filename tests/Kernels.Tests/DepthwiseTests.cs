using System.Numerics;

namespace SuTI.Kernels.Tests;

/// <summary>Convolution of each channel by itself, and its gradients, against loops in double.</summary>
public class DepthwiseTests
{
    static readonly ConvSizes[] s_sizes =
    [
        new ConvSizes(1, 1, 1, 1, 1, 1, 1),
        new ConvSizes(2, 5, 6, 3, 3, 3, 3).WithPadding(1),
        new ConvSizes(2, 9, 8, 19, 19, 3, 2) { StrideH = 2, StrideW = 3, PadTop = 1, PadRight = 2 },
        new ConvSizes(3, 12, 11, 150, 150, 3, 3).WithPadding(1),
        new ConvSizes(1, 2, 2, 33, 33, 3, 3).WithPadding(4),
        new ConvSizes(1, 7, 7, 16, 16, 1, 2) { StrideH = 3, StrideW = 3 },
        new ConvSizes(0, 4, 4, 3, 3, 3, 3),
        new ConvSizes(1, 4, 4, 0, 0, 3, 3),
    ];

    static IEnumerable<TestCaseData> Cases()
        => from sizes in s_sizes from wide in new[] { false, true } select new TestCaseData(sizes, wide);

    [TestCaseSource(nameof(Cases))]
    public void Forward_and_gradients_equal_the_naive_sums_on_any_number_of_threads(ConvSizes sizes, bool wide)
    {
        if (wide)
            sizes = sizes with { PixelX = sizes.C + 3, PixelY = sizes.C + 5, PixelResidual = sizes.C + 2 };
        foreach (bool extra in new[] { false, true })
        {
            Check<float>(sizes, extra, 1e-6);
            Check<double>(sizes, extra, 1e-15);
        }
    }

    [Test]
    public void Spans_that_are_too_short_are_refused()
    {
        using var pool = new WorkerPool(1);
        var sizes = new ConvSizes(1, 4, 4, 2, 2, 3, 3).WithPadding(1);
        var scratch = new float[DepthwiseCpu.WorkspaceLength(sizes)];
        Assert.That(() => DepthwiseCpu.Forward<float>(
            pool, new float[31], new float[18], [], [], [], new float[32], scratch, sizes), Throws.ArgumentException);
        Assert.That(() => DepthwiseCpu.Forward<float>(
            pool, new float[32], new float[17], [], [], [], new float[32], scratch, sizes), Throws.ArgumentException);
        Assert.That(() => DepthwiseCpu.WeightGradient<float>(
            pool, new float[32], new float[32], new float[18], sizes with { Cout = 3 }, false), Throws.ArgumentException);
    }

    static void Check<T>(ConvSizes s, bool extra, double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        int pixels = s.N * s.OutH * s.OutW;
        T[] x = RandomInput.Uniform<T>(random, s.N * s.H * s.W * s.PixelX);
        T[] weights = RandomInput.Uniform<T>(random, s.C * s.R * s.S), bias = RandomInput.Uniform<T>(random, s.C);
        T[] rows = extra ? RandomInput.Uniform<T>(random, s.N * s.C) : [];
        T[] rest = extra ? RandomInput.Uniform<T>(random, pixels * s.PixelResidual) : [];
        T[] dy = RandomInput.Uniform<T>(random, pixels * s.PixelY), oldY = RandomInput.Uniform<T>(random, dy.Length);
        T[] oldX = RandomInput.Uniform<T>(random, x.Length), oldWeights = RandomInput.Uniform<T>(random, weights.Length);

        double[] y = Doubles(oldY), dx = Doubles(oldX), dWeights = Doubles(oldWeights);
        if (!extra)
        {
            for (int i = 0; i < s.N * s.H * s.W * s.C; i++)
                dx[(i / s.C * s.PixelX) + (i % s.C)] = 0;
            Array.Clear(dWeights);
        }
        for (int i = 0; i < pixels * s.C; i++)
        {
            int pixel = i / s.C, c = i % s.C, image = pixel / (s.OutH * s.OutW);
            int h = pixel / s.OutW % s.OutH, w = pixel % s.OutW, at = (pixel * s.PixelY) + c;
            double sum = double.CreateChecked(bias[c]), gradient = double.CreateChecked(dy[at]);
            if (extra)
                sum += double.CreateChecked(rows[(image * s.C) + c]) + double.CreateChecked(rest[(pixel * s.PixelResidual) + c]);
            for (int tap = 0; tap < s.R * s.S; tap++)
            {
                int inH = (h * s.StrideH) + (tap / s.S) - s.PadTop, inW = (w * s.StrideW) + (tap % s.S) - s.PadLeft;
                if (inH < 0 || inH >= s.H || inW < 0 || inW >= s.W)
                    continue;
                int from = (((((image * s.H) + inH) * s.W) + inW) * s.PixelX) + c, weight = (c * s.R * s.S) + tap;
                sum += double.CreateChecked(x[from]) * double.CreateChecked(weights[weight]);
                dx[from] += gradient * double.CreateChecked(weights[weight]);
                dWeights[weight] += gradient * double.CreateChecked(x[from]);
            }
            y[at] = sum;
        }

        T[] Scratch()
        {
            var scratch = new T[DepthwiseCpu.WorkspaceLength(s)];
            Array.Fill(scratch, T.NaN);
            return scratch;
        }
        double bound = tolerance * (4 + (s.R * s.S) + pixels);
        Compare(ThreadCounts.Same(pool =>
        {
            var result = new Fenced<T>(oldY);
            DepthwiseCpu.Forward(pool, x, weights, bias, rows, rest, result.Span, Scratch(), s);
            return result.Checked();
        }), y, bound);
        Compare(ThreadCounts.Same(pool =>
        {
            var result = new Fenced<T>(oldX);
            DepthwiseCpu.InputGradient(pool, dy, weights, result.Span, Scratch(), s, accumulate: extra);
            return result.Checked();
        }), dx, bound);
        Compare(ThreadCounts.Same(pool =>
        {
            var result = new Fenced<T>(oldWeights);
            DepthwiseCpu.WeightGradient<T>(pool, x, dy, result.Span, s, accumulate: extra);
            return result.Checked();
        }), dWeights, bound);
    }

    static void Compare<T>(T[] found, double[] expected, double bound) where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.That(Math.Abs(double.CreateChecked(found[i]) - expected[i]), Is.LessThanOrEqualTo(bound), $"element {i}");
    }

    static double[] Doubles<T>(T[] values) where T : INumber<T> => Array.ConvertAll(values, double.CreateChecked);
}
