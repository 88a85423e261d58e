using System.Numerics;

namespace SuTI.Kernels.Tests;

public class ResampleCpuTests
{
    static readonly double[] s_signal = [1, 4, 9, -2, 7, 3, 0.5];

    // Expected numbers: torch 1.13, interpolate and avg_pool2d on a column of the first inputs of the signal, in
    // float64.
    static readonly object[] s_torch =
    [
        new object[] { "nearest", ResampleAxis.Nearest(7, 4), new[] { 1.0, 4.0, -2.0, 3.0 } },
        new object[] { "nearest", ResampleAxis.Nearest(3, 7), new[] { 1.0, 1, 1, 4, 4, 9, 9 } },
        new object[] { "linear", ResampleAxis.Linear(5, 8), new[] { 1.0, 2.3125, 4.3125, 7.4375, 5.5625, -1.3125,
            3.0625, 7.0 } },
        new object[] { "linear", ResampleAxis.Linear(7, 3), new[] { 3.0, -2.0, 2.16666666666667 } },
        new object[] { "linear, antialias", ResampleAxis.Linear(7, 3, true), new[] { 4.0, 3.35294117647059,
            2.96428571428571 } },
        new object[] { "linear, antialias", ResampleAxis.Linear(3, 5, true), new[] { 1.0, 2.2, 4.0, 7.0, 9.0 } },
        new object[] { "cubic", ResampleAxis.Cubic(5, 8), new[] { 0.72149658203125, 1.88568115234375, 4.4022216796875,
            8.9078369140625, 5.884765625, -1.810546875, 2.24346923828125, 7.83551025390625 } },
        new object[] { "cubic", ResampleAxis.Cubic(7, 3), new[] { 2.5, -2.0, 1.76851851851852 } },
        new object[] { "cubic", ResampleAxis.Cubic(2, 3), new[] { 0.739583333333334, 2.5, 4.26041666666667 } },
        new object[] { "cubic, scale 7.1 / 5", ResampleAxis.Cubic(5, 7, step: 5 / 7.1), new[] { 0.758394108451543,
            2.17492747847928, 5.92221058447491, 9.13650478051806, 0.709885627991311, 0.0161065704882014,
                7.44501435063465 } },
        new object[] { "cubic, antialias", ResampleAxis.Cubic(7, 3, true), new[] { 3.82661290322581, 3.84798534798535,
            2.69959677419355 } },
        new object[] { "cubic, antialias", ResampleAxis.Cubic(3, 5, true), new[] { 0.773584905660377, 1.82835820895522,
            4.0, 7.38059701492537, 9.37735849056604 } },
        new object[] { "area", ResampleAxis.Area(7, 3), new[] { 4.66666666666667, 4.66666666666667, 3.5 } },
        new object[] { "area", ResampleAxis.Area(3, 5), new[] { 1.0, 2.5, 4.0, 6.5, 9.0 } },
        new object[] { "average", ResampleAxis.Average(7, 3, 2), new[] { 4.66666666666667, 4.66666666666667, 3.5 } },
        new object[] { "average", ResampleAxis.Average(7, 2, 2), new[] { 2.5, 3.5, 5.0 } },
        new object[] { "average", ResampleAxis.Average(7, 1, 3), new[] { 1.0, -2.0, 0.5 } },
    ];

    [TestCaseSource(nameof(s_torch))]
    public void Every_method_agrees_with_torch(string method, ResampleAxis axis, double[] expected)
    {
        var y = new double[axis.OutputLength];
        var one = ResampleAxis.Nearest(1, 1);
        ResampleCpu.Forward<double>(ThreadCounts.Many, s_signal.AsSpan(0, axis.InputLength), y, [], 1, 1, axis, one);
        Assert.That(y, Is.EqualTo(expected).Within(1e-13), method);
        ResampleCpu.Forward<double>(ThreadCounts.Many, s_signal.AsSpan(0, axis.InputLength), y, [], 1, 1, one, axis);
        Assert.That(y, Is.EqualTo(expected).Within(1e-13), method);
    }

    static readonly object[] s_pairs =
    [
        new object[] { ResampleAxis.Nearest(9, 18), ResampleAxis.Nearest(7, 14), 20 },
        new object[] { ResampleAxis.Nearest(9, 13), ResampleAxis.Nearest(31, 4), 3 },
        new object[] { ResampleAxis.Linear(9, 13), ResampleAxis.Linear(17, 4), 5 },
        new object[] { ResampleAxis.Linear(9, 4), ResampleAxis.Cubic(17, 30), 67 },
        new object[] { ResampleAxis.Cubic(31, 11, true), ResampleAxis.Cubic(20, 9, true), 1 },
        new object[] { ResampleAxis.Area(10, 3), ResampleAxis.Area(8, 8), 40 },
        new object[] { ResampleAxis.Area(8, 8), ResampleAxis.Average(9, 2, 3), 130 },
        new object[] { ResampleAxis.Average(9, 2, 2), ResampleAxis.Average(7, 2, 2), 33 },
        new object[] { ResampleAxis.Nearest(5, 5), ResampleAxis.Nearest(6, 6), 4 },
        new object[] { ResampleAxis.Linear(1, 5), ResampleAxis.Cubic(1, 3), 4 },
        new object[] { ResampleAxis.Linear(40, 80), ResampleAxis.Linear(50, 100), 64 },
    ];

    [TestCaseSource(nameof(s_pairs))]
    public void Two_axes_and_their_gradient_agree_with_the_dense_matrices(ResampleAxis rows, ResampleAxis columns,
        int channels)
    {
        Dense<float>(rows, columns, channels, 2e-6);
        Dense<double>(rows, columns, channels, 1e-14);
    }

    static void Dense<T>(ResampleAxis rows, ResampleAxis columns, int channels, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Batch = 2;
        var a = Matrix(rows);
        var b = Matrix(columns);
        int input = Batch * rows.InputLength * columns.InputLength * channels;
        int output = Batch * rows.OutputLength * columns.OutputLength * channels;
        var x = OptimizerCpuTests.Noise<T>(input, 1);
        var dy = OptimizerCpuTests.Noise<T>(output, 2);
        var y = ThreadCounts.Same(pool =>
        {
            var (buffer, workspace) = (new Fenced<T>(output), new Fenced<T>(ResampleCpu.WorkspaceLength(Batch, channels,
                rows, columns)));
            ResampleCpu.Forward(pool, x, buffer.Span, workspace.Span, Batch, channels, rows, columns);
            workspace.Checked();
            return buffer.Checked();
        });
        var dx = ThreadCounts.Same(pool =>
        {
            var (buffer, workspace) = (new Fenced<T>(input), new Fenced<T>(ResampleCpu.BackwardWorkspaceLength(Batch,
                channels, rows, columns)));
            ResampleCpu.Backward(pool, dy, buffer.Span, workspace.Span, Batch, channels, rows, columns);
            workspace.Checked();
            return buffer.Checked();
        });
        var expected = new double[output];
        var gradient = new double[input];
        int at = 0;
        for (int n = 0; n < Batch; n++)
            for (int h = 0; h < rows.OutputLength; h++)
                for (int w = 0; w < columns.OutputLength; w++)
                    for (int c = 0; c < channels; c++, at++)
                        for (int i = 0; i < rows.InputLength; i++)
                            for (int j = 0; j < columns.InputLength && a[h][i] != 0; j++)
                            {
                                if (b[w][j] == 0)
                                    continue;
                                int from = ((n * rows.InputLength + i) * columns.InputLength + j) * channels + c;
                                expected[at] += a[h][i] * b[w][j] * double.CreateTruncating(x[from]);
                                gradient[from] += a[h][i] * b[w][j] * double.CreateTruncating(dy[at]);
                            }
        Compare(y, expected);
        Compare(dx, gradient);

        void Compare(T[] actual, double[] exact)
        {
            for (int i = 0; i < exact.Length; i++)
                if (!(Math.Abs(double.CreateTruncating(actual[i]) - exact[i]) <= tolerance * (1 + Math.Abs(exact[i]))))
                    Assert.Fail($"{actual[i]} where {exact[i]:R} was expected, at {i}");
        }
    }

    // The columns of the matrix, by resampling unit vectors.
    static double[][] Matrix(ResampleAxis axis)
    {
        var matrix = new double[axis.OutputLength][];
        for (int i = 0; i < matrix.Length; i++)
            matrix[i] = new double[axis.InputLength];
        var y = new double[axis.OutputLength];
        for (int j = 0; j < axis.InputLength; j++)
        {
            var unit = new double[axis.InputLength];
            unit[j] = 1;
            ResampleCpu.Forward<double>(ThreadCounts.Many, unit, y, [], 1, 1, axis, ResampleAxis.Nearest(1, 1));
            for (int i = 0; i < matrix.Length; i++)
                matrix[i][j] = y[i];
        }
        return matrix;
    }

    [Test]
    public void Weights_sum_to_one_at_every_size()
    {
        for (int input = 1; input < 24; input++)
            for (int output = 1; output < 24; output++)
                foreach (var axis in new[] { ResampleAxis.Linear(input, output), ResampleAxis.Linear(input, output,
                    true), ResampleAxis.Cubic(input, output), ResampleAxis.Cubic(input, output, true),
                        ResampleAxis.Area(input, output), ResampleAxis.Nearest(input, output) })
                {
                    var y = new double[output];
                    ResampleCpu.Forward<double>(ThreadCounts.Many, [.. Enumerable.Repeat(1.0, input)], y, [], 1, 1,
                        axis, ResampleAxis.Nearest(1, 1));
                    Assert.That(y, Is.All.EqualTo(1).Within(1e-13));
                }
    }

    [Test]
    public void Pixel_shuffle_takes_channels_in_torch_order_and_unshuffle_undoes_it()
    {
        const int N = 2, H = 5, W = 7, C = 3, R = 2;
        float[] x = [.. Enumerable.Range(0, N * H * W * C * R * R).Select(i => (float)i)];
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<float>(x.Length);
            PixelShuffleCpu.Shuffle<float>(pool, x, buffer.Span, N, H, W, C, R);
            return buffer.Checked();
        });
        for (int at = 0; at < y.Length; at++)
        {
            var (c, column, row, n) = (at % C, at / C % (W * R), at / C / (W * R) % (H * R),
                at / C / (W * R) / (H * R));
            float expected = x[((n * H + row / R) * W + column / R) * C * R * R + c * R * R + row % R * R + column % R];
            if (y[at] != expected)
                Assert.Fail($"{y[at]} where {expected} was expected, at {at}");
        }
        var back = new Fenced<float>(x.Length);
        PixelShuffleCpu.Unshuffle<float>(ThreadCounts.Many, y, back.Span, N, H, W, C, R);
        Assert.That(back.Checked().AsSpan().SequenceEqual(x));
    }

    [Test]
    public void Wrong_sizes_are_refused_and_empty_images_are_legal()
    {
        var axis = ResampleAxis.Linear(4, 8);
        ResampleCpu.Forward<float>(ThreadCounts.Many, [], [], [], 0, 3, axis, axis);
        Assert.That(() => ResampleCpu.Forward<float>(ThreadCounts.Many, new float[16], new float[63], new float[999], 1,
            1, axis, axis), Throws.ArgumentException);
        Assert.That(() => ResampleCpu.Forward<float>(ThreadCounts.Many, new float[16], new float[64], new float[1], 1,
            1, axis, axis), Throws.ArgumentException);
        Assert.That(() => ResampleAxis.Average(3, 4, 1), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ResampleAxis.Nearest(0, 4), Throws.InstanceOf<ArgumentException>());
    }
}
