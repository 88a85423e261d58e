using System.Numerics;

namespace SuTI.Kernels.Tests;

public class RowNormCpuTests
{
    const double Epsilon = 1e-5;

    static readonly WorkerPool s_one = new(1);

    static readonly object[][] s_cases =
    [
        [1, 1, true, true], [3, 5, true, true], [2, 16, true, false], [7, 77, false, false], [5, 40, false, true], [400, 320, true, true],
        [3, 1280, true, true], [0, 8, true, true], [5, 100, true, true],
    ];

    static T[] Random<T>(int count, double offset, int seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. RandomInput.Uniform<T>(new Random(seed), count).Select(v => v + T.CreateChecked(offset))];

    // y, dx, dWeight, dBias.
    static T[][] Layer<T>(WorkerPool pool, T[] x, T[] w, T[] b, T[] dy, int rows, int width, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Fenced<T> y = new(x.Length), mean = new(rows), rstd = new(rows), dx = new(x.Length), dw = new(width), db = new(width);
        Fenced<T> workspace = new(LayerNormCpu.WorkspaceLength(rows, width));
        dw.Span.Fill(T.One);
        db.Span.Fill(T.One);
        LayerNormCpu.Forward<T>(pool, x, w, b, y.Span, mean.Span, rstd.Span, rows, width, Epsilon);
        LayerNormCpu.Backward<T>(pool, x, w, mean.Checked(), rstd.Checked(), dy, dx.Span, dw.Span, db.Span, workspace.Span, rows, width, accumulate);
        workspace.Checked();
        return [y.Checked(), dx.Checked(), dw.Checked(), db.Checked()];
    }

    static T[][] Rms<T>(WorkerPool pool, T[] x, T[] w, T[] dy, int rows, int width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Fenced<T> y = new(x.Length), rstd = new(rows), dx = new(x.Length), dw = new(width);
        Fenced<T> workspace = new(RmsNormCpu.WorkspaceLength(rows, width));
        RmsNormCpu.Forward<T>(pool, x, w, y.Span, rstd.Span, rows, width, Epsilon);
        RmsNormCpu.Backward<T>(pool, x, w, rstd.Checked(), dy, dx.Span, dw.Span, workspace.Span, rows, width);
        return [y.Checked(), dx.Checked(), dw.Checked()];
    }

    [TestCaseSource(nameof(s_cases))]
    public void Layer_norm(int rows, int width, bool hasWeight, bool hasBias)
    {
        double[] x = Random<double>(rows * width, 0.5, 1), dy = Random<double>(rows * width, 0, 2);
        double[] w = hasWeight ? Random<double>(width, 1, 3) : [], b = hasBias ? Random<double>(width, 0, 4) : [];
        double[] all = ThreadCounts.Same<double>(pool => [.. Layer(pool, x, w, b, dy, rows, width).SelectMany(p => p)]);
        double[][] got = Layer(ThreadCounts.Many, x, w, b, dy, rows, width);
        Assert.That(all, Is.EqualTo(got.SelectMany(p => p)));
        double[] normal = new double[x.Length];
        for (int r = 0; r < rows; r++)
        {
            double[] row = x[(r * width)..((r + 1) * width)];
            double mean = row.Average(), rstd = 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + Epsilon);
            for (int c = 0; c < width; c++)
                normal[(r * width) + c] = (row[c] - mean) * rstd;
        }
        Close.All<double>(got[0], i => (normal[i] * (hasWeight ? w[i % width] : 1)) + (hasBias ? b[i % width] : 0), 1e-13, "y");
        Close.All<double>(got[2], c => Enumerable.Range(0, rows).Sum(r => dy[(r * width) + c] * normal[(r * width) + c]), 1e-12, "dWeight");
        Close.All<double>(got[3], c => Enumerable.Range(0, rows).Sum(r => dy[(r * width) + c]), 1e-12, "dBias");
        if (rows * width < 1000)
            CentralDifference.Check(x, got[1], () => CentralDifference.Dot(Layer(s_one, x, w, b, dy, rows, width)[0], dy), "x");
        double[][] added = Layer(ThreadCounts.Many, x, w, b, dy, rows, width, accumulate: true);
        Close.All<double>(added[2], c => got[2][c] + 1, 1e-12, "accumulated");
        InFloat(x, w, b, dy, (px, pw, pb, pdy) => Layer(ThreadCounts.Many, px, pw, pb, pdy, rows, width),
            (px, pw, pb, pdy) => Layer(ThreadCounts.Many, px, pw, pb, pdy, rows, width));
    }

    [TestCaseSource(nameof(s_cases))]
    public void Rms_norm(int rows, int width, bool hasWeight, bool hasBias)
    {
        _ = hasBias;
        double[] x = Random<double>(rows * width, 0.5, 1), dy = Random<double>(rows * width, 0, 2);
        double[] w = hasWeight ? Random<double>(width, 1, 3) : [];
        double[] all = ThreadCounts.Same<double>(pool => [.. Rms(pool, x, w, dy, rows, width).SelectMany(p => p)]);
        double[][] got = Rms(ThreadCounts.Many, x, w, dy, rows, width);
        Assert.That(all, Is.EqualTo(got.SelectMany(p => p)));
        double Normal(int i)
        {
            double[] row = x[(i / width * width)..(((i / width) + 1) * width)];
            return x[i] / Math.Sqrt(row.Average(v => v * v) + Epsilon);
        }
        if (rows * width < 1000)
        {
            Close.All<double>(got[0], i => Normal(i) * (hasWeight ? w[i % width] : 1), 1e-13, "y");
            Close.All<double>(got[2], c => Enumerable.Range(0, rows).Sum(r => dy[(r * width) + c] * Normal((r * width) + c)), 1e-12, "dWeight");
            CentralDifference.Check(x, got[1], () => CentralDifference.Dot(Rms(s_one, x, w, dy, rows, width)[0], dy), "x", width == 1 ? 1e-7 : 1e-5, width == 1 ? 1e-5 : 2e-8);
        }
        InFloat(x, w, [], dy, (px, pw, _, pdy) => Rms(ThreadCounts.Many, px, pw, pdy, rows, width),
            (px, pw, _, pdy) => Rms(ThreadCounts.Many, px, pw, pdy, rows, width));
    }

    // Float against double on the same (float) numbers, 1e-6 of the largest of each result.
    static void InFloat(double[] x, double[] w, double[] b, double[] dy, Func<float[], float[], float[], float[], float[][]> inFloat,
        Func<double[], double[], double[], double[], double[][]> inDouble)
    {
        float[][] inputs = [.. new[] { x, w, b, dy }.Select(a => Array.ConvertAll(a, v => (float)v))];
        double[][] same = [.. inputs.Select(a => Array.ConvertAll(a, v => (double)v))];
        float[][] got = inFloat(inputs[0], inputs[1], inputs[2], inputs[3]);
        double[][] want = inDouble(same[0], same[1], same[2], same[3]);
        for (int k = 0; k < got.Length; k++)
        {
            double largest = want[k].Length == 0 ? 1 : Math.Max(1, want[k].Max(Math.Abs));
            Close.All<float>(got[k], i => want[k][i], 1e-6 * largest, $"float, result {k}");
        }
    }

    [Test]
    public void Rows_far_from_zero_keep_their_digits()
    {
        const int Width = 320;
        float[] x = Random<float>(4 * Width, 20, 1), y = new float[x.Length], mean = new float[4], rstd = new float[4];
        double[] exact = Array.ConvertAll(x, v => (double)v), want = new double[x.Length], m = new double[4], s = new double[4];
        LayerNormCpu.Forward<float>(ThreadCounts.Many, x, [], [], y, mean, rstd, 4, Width, Epsilon);
        LayerNormCpu.Forward<double>(ThreadCounts.Many, exact, [], [], want, m, s, 4, Width, Epsilon);
        Close.All<float>(y, i => want[i], 6e-7, "y");
    }

    [Test]
    public void Lengths_that_do_not_match_are_refused()
    {
        float[] x = new float[12], stat = new float[3];
        Assert.That(() => LayerNormCpu.Forward<float>(ThreadCounts.Many, x, new float[3], [], x, stat, stat, 3, 4, Epsilon), Throws.ArgumentException);
        Assert.That(() => RmsNormCpu.Forward<float>(ThreadCounts.Many, x, [], x, stat.AsSpan(1), 3, 4, Epsilon), Throws.ArgumentException);
    }
}
