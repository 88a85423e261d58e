using System.Numerics;

namespace SuTI.Kernels.Tests;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public class ReduceCpuTests<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static readonly ReduceShape[] s_shapes =
    [
        new(1, 1, 1), new(3, 5, 1), new(1, 1000, 1), new(200, 77, 1), new(4, 0, 1), new(0, 4, 3), new(2, 3, 0), new(2, 0, 3),
        new(1, 40, 3), new(5, 9, 17), new(3, 33, 64), new(1, 5000, 20), new(2, 7, 5000), new(1, 150_001, 1), new(70, 16, 33),
    ];

    static readonly bool s_isFloat = typeof(T) == typeof(float);

    static T[] Random(int count, int seed = 1) => RandomInput.Uniform<T>(new Random(seed), count);

    // The lane of one output in double.
    static double[] Lane(T[] x, ReduceShape s, int output)
        => [.. Enumerable.Range(0, s.Reduced).Select(r => double.CreateChecked(x[(((output / s.Inner * s.Reduced) + r) * s.Inner) + (output % s.Inner)]))];

    static void Matches(T[] got, T[] x, ReduceShape shape, Func<double[], double> want, double tolerance)
    {
        Close.All<T>(got, i => want(Lane(x, shape, i)), tolerance, $"{shape}");
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Sum_and_mean(ReduceShape shape)
    {
        // Shifted, so that the sum is large and its relative error is the error of the summation.
        T[] x = [.. Random(shape.Outer * shape.Reduced * shape.Inner).Select(v => v + T.One)];
        T[] y = Random(shape.Outer * shape.Inner, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            var sum = new Fenced<T>(y.Length);
            var mean = new Fenced<T>(y.Length);
            var added = new Fenced<T>(y);
            ReduceCpu.Sum(pool, x, sum.Span, shape);
            ReduceCpu.Mean(pool, x, mean.Span, shape);
            ReduceCpu.Sum(pool, x, added.Span, shape, -0.5, accumulate: true);
            return [.. sum.Checked(), .. mean.Checked(), .. added.Checked()];
        });
        double tolerance = s_isFloat ? 2.5e-7 : 1e-15;
        Matches(got[..y.Length], x, shape, Close.Sum, tolerance);
        Matches(got[y.Length..(2 * y.Length)], x, shape, lane => Close.Sum(lane) / lane.Length, tolerance);
        for (int i = 0; i < y.Length; i++)
        {
            double want = double.CreateChecked(y[i]) - (Close.Sum(Lane(x, shape, i)) / 2);
            Assert.That(double.CreateChecked(got[(2 * y.Length) + i]), Is.EqualTo(want).Within(tolerance * Math.Max(1, Math.Abs(want))));
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Max_gives_its_gradient_to_the_first_largest(ReduceShape shape)
    {
        // Few distinct values, so that there are ties.
        T[] x = [.. Random(shape.Outer * shape.Reduced * shape.Inner).Select(v => T.Round(v * T.CreateChecked(6)))];
        int n = shape.Outer * shape.Inner;
        T[] dy = Random(n, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            var y = new Fenced<T>(n);
            var indices = new Fenced<int>(n);
            var dx = new Fenced<T>(x.Length);
            ReduceCpu.Max(pool, x, y.Span, indices.Span, shape);
            ReduceCpu.MaxBackward<T>(pool, dy, indices.Checked(), dx.Span, shape);
            return [.. y.Checked(), .. indices.Checked().Select(i => T.CreateChecked(i)), .. dx.Checked()];
        });
        var want = new T[x.Length];
        for (int i = 0; i < n; i++)
        {
            double[] lane = Lane(x, shape, i);
            double largest = lane.Length == 0 ? double.NegativeInfinity : lane.Max();
            int at = Array.IndexOf(lane, largest);
            Assert.That(double.CreateChecked(got[i]), Is.EqualTo(largest));
            Assert.That(int.CreateChecked(got[n + i]), Is.EqualTo(at));
            if (at >= 0)
                want[(((i / shape.Inner * shape.Reduced) + at) * shape.Inner) + (i % shape.Inner)] = dy[i];
        }
        Assert.That(got[(2 * n)..], Is.EqualTo(want));
    }

    [Test]
    public void A_nan_is_the_largest([Values(1, 5)] int inner, [Values(0, 3, 40)] int at)
    {
        var shape = new ReduceShape(2, 41, inner);
        T[] x = Random(2 * 41 * inner);
        x[(at * inner) + (inner - 1)] = T.NaN;
        var y = new T[2 * inner];
        int[] indices = new int[2 * inner];
        ReduceCpu.Max(ThreadCounts.Many, x, y, indices, shape);
        Assert.That(T.IsNaN(y[inner - 1]));
        Assert.That(indices[inner - 1], Is.EqualTo(at));
        Assert.That(T.IsNaN(y[inner]), Is.False);
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Log_of_the_sum_of_exponentials(ReduceShape shape)
    {
        T[] x = [.. Random(shape.Outer * shape.Reduced * shape.Inner).Select(v => v * T.CreateChecked(300))];
        T[] dy = Random(shape.Outer * shape.Inner, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            var y = new Fenced<T>(dy.Length);
            var dx = new Fenced<T>(x.Length);
            ReduceCpu.LogSumExp(pool, x, y.Span, shape);
            ReduceCpu.LogSumExpBackward<T>(pool, x, y.Checked(), dy, dx.Span, shape);
            return [.. y.Checked(), .. dx.Checked()];
        });
        T[] dx = got[dy.Length..];
        Matches(got[..dy.Length], x, shape, LogSumExp, s_isFloat ? 2e-7 : 1e-15);
        for (int i = 0; i < dy.Length; i++)
        {
            double[] lane = Lane(x, shape, i), dLane = Lane(dx, shape, i);
            double log = LogSumExp(lane);
            double slope = double.CreateChecked(dy[i]);
            Close.All<double>(dLane, r => slope * Math.Exp(lane[r] - log), s_isFloat ? 2e-5 : 4e-14, $"{shape}");
        }
    }

    static double LogSumExp(double[] lane)
    {
        if (lane.Length == 0)
            return double.NegativeInfinity;
        double top = lane.Max();
        return top + Math.Log(lane.Sum(v => Math.Exp(v - top)));
    }

    [Test]
    public void Log_sum_exp_at_the_infinities([Values(1, 3)] int inner)
    {
        var shape = new ReduceShape(1, 18, inner);
        T[] x = Enumerable.Repeat(T.NegativeInfinity, 18 * inner).ToArray();
        T[] y = new T[inner], dx = new T[x.Length];
        ReduceCpu.LogSumExp(ThreadCounts.Many, x, y, shape);
        Assert.That(y, Is.All.EqualTo(T.NegativeInfinity));
        ReduceCpu.LogSumExpBackward(ThreadCounts.Many, x, y, Enumerable.Repeat(T.One, inner).ToArray(), dx, shape);
        Assert.That(dx, Is.All.EqualTo(T.Zero));
        x[4 * inner] = T.PositiveInfinity;
        ReduceCpu.LogSumExp(ThreadCounts.Many, x, y, shape);
        Assert.That(y[0], Is.EqualTo(T.PositiveInfinity));
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Variance_of_shifted_numbers(ReduceShape shape)
    {
        T[] x = [.. Random(shape.Outer * shape.Reduced * shape.Inner).Select(v => v + T.CreateChecked(20))];
        T[] dv = Random(shape.Outer * shape.Inner, 2);
        foreach (int correction in new[] { 0, 1 })
        {
            T[] got = ThreadCounts.Same<T>(pool =>
            {
                var mean = new Fenced<T>(dv.Length);
                var variance = new Fenced<T>(dv.Length);
                var dx = new Fenced<T>(x.Length);
                ReduceCpu.Variance(pool, x, mean.Span, variance.Span, shape, correction);
                ReduceCpu.VarianceBackward<T>(pool, x, mean.Checked(), dv, dx.Span, shape, correction);
                return [.. mean.Checked(), .. variance.Checked(), .. dx.Checked()];
            });
            double tolerance = s_isFloat ? 4e-6 : 1e-14;
            T[] dx = got[(2 * dv.Length)..];
            for (int i = 0; i < dv.Length; i++)
            {
                double[] lane = Lane(x, shape, i), dLane = Lane(dx, shape, i);
                double mean = lane.Length == 0 ? double.NaN : lane.Average(), n = lane.Length - correction;
                double want = lane.Sum(v => (v - mean) * (v - mean)) / n;
                double have = double.CreateChecked(got[dv.Length + i]);
                Assert.That(have, Is.EqualTo(want).Within(double.IsFinite(want) ? tolerance * Math.Max(want, 1e-3) : 0), $"{shape} at {i}");
                double slope = double.CreateChecked(dv[i]) * 2 / n;
                if (n > 0)
                    Close.All<double>(dLane, r => slope * (lane[r] - mean), tolerance, $"{shape}");
            }
        }
    }

    [Test]
    public void Shapes_that_do_not_fit_are_refused()
        => Assert.That(() => ReduceCpu.Sum(ThreadCounts.Many, new T[5], new T[2], new ReduceShape(2, 3, 1)), Throws.ArgumentException);
}
