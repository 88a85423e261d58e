using System.Numerics;

namespace SuTI.Kernels.Tests;

public class SoftmaxCpuTests
{
    static readonly WorkerPool s_one = new(1);

    static readonly int[][] s_sizes = [[1, 1], [3, 5], [4, 16], [7, 77], [2, 1000], [600, 33], [0, 4], [4, 0]];

    static T[] Random<T>(int count, double scale, int seed = 1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. RandomInput.Uniform<T>(new Random(seed), count).Select(v => v * T.CreateChecked(scale))];

    [TestCaseSource(nameof(s_sizes))]
    public void In_float(int rows, int width) => Check<float>(rows, width, 3e-7, 1e-6);

    [TestCaseSource(nameof(s_sizes))]
    public void In_double(int rows, int width) => Check<double>(rows, width, 1e-15, 1e-14);

    static void Check<T>(int rows, int width, double tolerance, double logTolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = rows * width;
        T[] x = Random<T>(n, 20), dy = Random<T>(n, 1, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            Fenced<T> y = new(n), dx = new(n), log = new(n), dLog = new(n);
            SoftmaxCpu.Softmax<T>(pool, x, y.Span, rows, width);
            SoftmaxCpu.SoftmaxBackward<T>(pool, y.Checked(), dy, dx.Span, rows, width);
            SoftmaxCpu.LogSoftmax<T>(pool, x, log.Span, rows, width);
            SoftmaxCpu.LogSoftmaxBackward<T>(pool, log.Checked(), dy, dLog.Span, rows, width);
            return [.. y.Checked(), .. dx.Checked(), .. log.Checked(), .. dLog.Checked()];
        });
        for (int r = 0; r < rows && width > 0; r++)
        {
            double[] row = [.. x.Skip(r * width).Take(width).Select(double.CreateChecked)];
            double[] slope = [.. dy.Skip(r * width).Take(width).Select(double.CreateChecked)];
            double top = row.Max(), sum = row.Sum(v => Math.Exp(v - top));
            double[] p = [.. row.Select(v => Math.Exp(v - top) / sum)];
            double dot = CentralDifference.Dot(p, slope), total = slope.Sum();
            int at = r * width;
            Close.All<T>(got.AsSpan(at, width), c => p[c], tolerance, "softmax");
            Close.All<T>(got.AsSpan(n + at, width), c => p[c] * (slope[c] - dot), 4 * tolerance, "softmax gradient");
            Close.All<T>(got.AsSpan((2 * n) + at, width), c => row[c] - top - Math.Log(sum), logTolerance, "log-softmax");
            Close.All<T>(got.AsSpan((3 * n) + at, width), c => slope[c] - (p[c] * total), Math.Sqrt(width) * logTolerance, "log-softmax gradient");
        }
    }

    [Test]
    public void A_masked_row_gives_zeros_and_a_nan_spreads([Values(3, 40)] int width)
    {
        float[] x = Enumerable.Repeat(float.NegativeInfinity, 3 * width).ToArray(), y = new float[3 * width];
        x[width + 1] = float.NaN;
        x[2 * width] = 5;
        SoftmaxCpu.Softmax<float>(ThreadCounts.Many, x, y, 3, width);
        Assert.That(y[..width], Is.All.EqualTo(0f));
        Assert.That(y[width..(2 * width)], Is.All.NaN);
        Assert.That(y[2 * width], Is.EqualTo(1f));
        Assert.That(y[((2 * width) + 1)..], Is.All.EqualTo(0f));
        SoftmaxCpu.LogSoftmax<float>(ThreadCounts.Many, x, y, 3, width);
        Assert.That(y[..width], Is.All.EqualTo(float.NegativeInfinity));
        Assert.That(y[2 * width], Is.EqualTo(0f));
    }

    [Test]
    public void The_gradient_of_a_saturated_row_keeps_its_digits()
    {
        // y of the first is 1 − 1e-6; its gradient is y₀ y₁ (dy₀ − dy₁) and lies in what rounding leaves of dy₀.
        float[] y = [0.999999f, 1e-6f, 0], dy = [0.7f, -0.4f, 0.1f], dx = new float[3];
        SoftmaxCpu.SoftmaxBackward<float>(ThreadCounts.Many, y, dy, dx, 1, 3);
        Assert.That(dx[0], Is.EqualTo(1.1e-6 * 0.999999).Within(1e-12));
        Assert.That(dx[1], Is.EqualTo(-1.1e-6 * 0.999999).Within(1e-12));
    }

    [TestCase(1, 1, 0.0)]
    [TestCase(5, 7, 0.0)]
    [TestCase(5, 37, 0.1)]
    [TestCase(300, 100, 0.3)]
    public void Cross_entropy_matches_the_formula_and_its_differences(int rows, int classes, double smoothing)
    {
        double[] x = Random<double>(rows * classes, 8), slopes = Random<double>(rows, 1, 2);
        long[] targets = [.. Enumerable.Range(0, rows).Select(r => r % 4 == 3 ? -100L : r * 7 % classes)];
        double[] got = ThreadCounts.Same<double>(pool => Run(pool, x, slopes, targets, classes, smoothing));
        for (int r = 0; r < rows; r++)
        {
            double[] row = x[(r * classes)..((r + 1) * classes)];
            double top = row.Max(), log = top + Math.Log(row.Sum(v => Math.Exp(v - top)));
            double want = targets[r] < 0 ? 0 : log - ((1 - smoothing) * row[targets[r]]) - (smoothing * row.Average());
            Assert.That(got[r], Is.EqualTo(want).Within(1e-14 * Math.Max(1, Math.Abs(log))));
        }
        if (rows < 100)
        {
            CentralDifference.Check(x, got[rows..], () => CentralDifference.Dot(Run(s_one, x, slopes, targets, classes, smoothing)[..rows], slopes), "logits");
        }
        int[] targets32 = Array.ConvertAll(targets, t => (int)t);
        float[] x32 = Array.ConvertAll(x, v => (float)v), slopes32 = Array.ConvertAll(slopes, v => (float)v);
        float[] got32 = Run(ThreadCounts.Many, x32, slopes32, targets32, classes, smoothing);
        double[] exact = Run(ThreadCounts.Many, Array.ConvertAll(x32, v => (double)v), Array.ConvertAll(slopes32, v => (double)v), targets, classes, smoothing);
        Close.All<float>(got32, i => exact[i], 1e-6, "float");
        Assert.That(CrossEntropyCpu.Counted<long>(targets, -100), Is.EqualTo(targets.Count(t => t >= 0)));
    }

    static T[] Run<T, TIndex>(WorkerPool pool, T[] x, T[] slopes, TIndex[] targets, int classes, double smoothing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        Fenced<T> losses = new(targets.Length), logs = new(targets.Length), dx = new(x.Length);
        CrossEntropyCpu.Forward<T, TIndex>(pool, x, targets, losses.Span, logs.Span, classes, smoothing, -100);
        CrossEntropyCpu.Backward<T, TIndex>(pool, x, logs.Checked(), targets, slopes, dx.Span, classes, 1, smoothing, -100);
        return [.. losses.Checked(), .. dx.Checked()];
    }

    [Test]
    public void A_target_that_is_no_class_is_refused()
        => Assert.That(() => CrossEntropyCpu.Forward<float, int>(ThreadCounts.Many, new float[6], [0, 3], new float[2], new float[2], 3), Throws.ArgumentException);
}
