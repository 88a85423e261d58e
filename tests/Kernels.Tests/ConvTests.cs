using System.Numerics;

namespace SuTI.Kernels.Tests;

/// <summary>Convolution and its gradients against loops in double.</summary>
public class ConvTests
{
    static readonly ConvSizes[] s_sizes =
    [
        new ConvSizes(1, 1, 1, 1, 1, 1, 1),
        new ConvSizes(2, 5, 6, 3, 5, 3, 3).WithPadding(1),
        new ConvSizes(2, 9, 8, 4, 40, 3, 3).WithPadding(1).WithStride(2),
        new ConvSizes(3, 8, 8, 32, 48, 3, 3).WithPadding(1),
        new ConvSizes(1, 16, 16, 64, 32, 3, 3).WithPadding(1),
        new ConvSizes(2, 16, 12, 32, 17, 3, 3).WithPadding(1).WithStride(2),
        new ConvSizes(2, 4, 4, 20, 33, 1, 1),
        new ConvSizes(1, 13, 11, 48, 80, 1, 1) { StrideH = 2, StrideW = 3 },
        new ConvSizes(1, 7, 9, 16, 3, 3, 3).WithPadding(1),
        new ConvSizes(1, 8, 20, 16, 16, 5, 2) { PadTop = 2, PadLeft = 1, PadBottom = 1, StrideW = 2 },
        new ConvSizes(1, 8, 8, 3, 24, 4, 4).WithStride(4),
        new ConvSizes(1, 6, 6, 900, 18, 3, 3).WithPadding(1),
        new ConvSizes(1, 5, 5, 16, 8, 3, 3).WithPadding(4),
        new ConvSizes(1, 10, 10, 5, 7, 3, 3) { PadTop = -2, PadRight = -1 },
        new ConvSizes(2, 9, 7, 16, 8, 7, 7) { PadTop = 3, PadLeft = 3, PadBottom = 3, PadRight = 3, StrideH = 3 },
        new ConvSizes(0, 4, 4, 3, 3, 3, 3),
        new ConvSizes(1, 2, 2, 4, 4, 3, 3),
        new ConvSizes(1, 4, 4, 0, 4, 3, 3),
        new ConvSizes(1, 4, 4, 4, 0, 3, 3),
    ];

    static IEnumerable<TestCaseData> Cases()
        => from sizes in s_sizes from wide in new[] { false, true } select new TestCaseData(sizes, wide);

    [TestCaseSource(nameof(Cases))]
    public void Forward_and_gradients_equal_the_naive_sums(ConvSizes sizes, bool wide)
    {
        if (wide)
            sizes = sizes with { PixelX = sizes.C + 3, PixelY = sizes.Cout + 5, PixelResidual = sizes.Cout + 2 };
        foreach (bool extra in new[] { false, true })
        {
            Check<float>(sizes, extra, 2e-6);
            Check<double>(sizes, extra, 1e-14);
        }
    }

    [Test]
    public void The_number_of_threads_changes_no_bit()
    {
        foreach (var sizes in new[] { new ConvSizes(3, 16, 16, 64, 96, 3, 3).WithPadding(1), new ConvSizes(4, 12, 12, 3, 40, 3, 3).WithPadding(1) })
        {
            float[][][] results = [.. new[] { 1, 2, 7 }.Select(threads => new Run<float>(sizes, false, threads).Results)];
            for (int i = 0; i < results[0].Length; i++)
            {
                Assert.That(results[1][i], Is.EqualTo(results[0][i]));
                Assert.That(results[2][i], Is.EqualTo(results[0][i]));
            }
        }
    }

    [Test]
    public void Spans_that_are_too_short_are_refused()
    {
        using var pool = new WorkerPool(1);
        var sizes = new ConvSizes(1, 4, 4, 2, 2, 3, 3).WithPadding(1);
        var packed = new float[ConvCpu.PackedLength<float>(sizes)];
        var workspace = new float[ConvCpu.WorkspaceLength(sizes)];
        Assert.That(() => ConvCpu.Forward<float>(pool, new float[31], packed, [], [], [], new float[32], workspace, sizes),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("x"));
        Assert.That(() => ConvCpu.Forward<float>(pool, new float[32], packed, [], [], [], new float[31], workspace, sizes),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("y"));
        Assert.That(() => ConvCpu.Forward<float>(pool, new float[32], packed, [], [], [], new float[32], workspace, sizes with { StrideH = 0 }),
            Throws.ArgumentException);
    }

    static void Check<T>(ConvSizes sizes, bool extra, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var run = new Run<T>(sizes, extra, 2);
        double[][] expected = run.Expected();
        string[] names = ["y", "dx", "dWeights", "dBias"];
        for (int i = 0; i < names.Length; i++)
        {
            for (int j = 0; j < expected[i].Length; j++)
            {
                double actual = double.CreateChecked(run.Results[i][j]);
                if (!(Math.Abs(expected[i][j] - actual) <= tolerance * run.Terms))
                    Assert.Fail($"{typeof(T).Name} {names[i]}[{j}] is {actual}, not {expected[i][j]}");
            }
        }
    }

    /// <summary>Inputs and results of one convolution; what lies between pixels must stay as it was.</summary>
    sealed class Run<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly ConvSizes _sizes;
        readonly bool _extra;
        readonly T[] _x, _weights, _bias, _rowBias, _residual, _y, _dy, _dx, _dWeights, _dBias;

        public Run(ConvSizes sizes, bool extra, int threads)
        {
            _sizes = sizes;
            _extra = extra;
            var random = new Random(5);
            int pixels = sizes.N * sizes.OutH * sizes.OutW;
            _x = RandomInput.Uniform<T>(random, sizes.N * sizes.H * sizes.W * sizes.PixelX);
            _weights = RandomInput.Uniform<T>(random, sizes.Cout * sizes.R * sizes.S * sizes.C);
            _bias = RandomInput.Uniform<T>(random, sizes.Cout);
            _rowBias = extra ? RandomInput.Uniform<T>(random, sizes.N * sizes.Cout) : [];
            _residual = extra ? RandomInput.Uniform<T>(random, pixels * sizes.PixelResidual) : [];
            _y = RandomInput.Uniform<T>(random, pixels * sizes.PixelY);
            _dy = RandomInput.Uniform<T>(random, pixels * sizes.PixelY);
            _dx = RandomInput.Uniform<T>(random, _x.Length);
            _dWeights = RandomInput.Uniform<T>(random, _weights.Length);
            _dBias = RandomInput.Uniform<T>(random, sizes.Cout);
            T[] y = (T[])_y.Clone(), dx = (T[])_dx.Clone(), dWeights = (T[])_dWeights.Clone(), dBias = (T[])_dBias.Clone();

            using var pool = new WorkerPool(threads);
            var packed = new T[ConvCpu.PackedLength<T>(sizes)];
            ConvCpu.Pack(pool, _weights, packed, sizes);
            ConvCpu.Forward(pool, _x, packed, _bias, _rowBias, _residual, y, Poisoned(ConvCpu.WorkspaceLength(sizes)), sizes);
            packed = new T[ConvCpu.InputGradientPackedLength<T>(sizes)];
            ConvCpu.PackForInputGradient(pool, _weights, packed, sizes);
            ConvCpu.InputGradient(pool, _dy, packed, dx, Poisoned(ConvCpu.InputGradientWorkspaceLength(sizes)), sizes, extra);
            ConvCpu.WeightGradient(
                pool, _x, _dy, dWeights, Poisoned(ConvCpu.WeightGradientWorkspaceLength<T>(sizes)), sizes, extra);
            ConvCpu.BiasGradient(pool, _dy, dBias, Poisoned(ConvCpu.BiasGradientWorkspaceLength(sizes)), sizes, extra);
            Results = [y, dx, dWeights, dBias];
        }

        public T[][] Results { get; }

        /// <summary>The most products in one sum.</summary>
        public int Terms => 2 + (_sizes.R * _sizes.S * Math.Max(_sizes.C, _sizes.Cout)) + (_sizes.N * _sizes.OutH * _sizes.OutW);

        public double[][] Expected()
        {
            var s = _sizes;
            double[] y = Doubles(_y), dx = Doubles(_dx), dWeights = Doubles(_dWeights), dBias = Doubles(_dBias);
            double[] x = Doubles(_x), weights = Doubles(_weights), dy = Doubles(_dy), residual = Doubles(_residual);
            int pixels = s.N * s.OutH * s.OutW;
            if (!_extra)
            {
                for (int i = 0; i < s.N * s.H * s.W * s.C; i++)
                    dx[(i / s.C * s.PixelX) + (i % s.C)] = 0;
                Array.Clear(dWeights);
                Array.Clear(dBias);
            }
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                int image = pixel / (s.OutH * s.OutW), h = pixel / s.OutW % s.OutH, w = pixel % s.OutW;
                for (int o = 0; o < s.Cout; o++)
                {
                    double gradient = dy[(pixel * s.PixelY) + o];
                    double sum = double.CreateChecked(_bias[o]);
                    if (_extra)
                        sum += double.CreateChecked(_rowBias[(image * s.Cout) + o]) + residual[(pixel * s.PixelResidual) + o];
                    dBias[o] += gradient;
                    for (int tap = 0; tap < s.R * s.S; tap++)
                    {
                        int inH = (h * s.StrideH) + (tap / s.S) - s.PadTop, inW = (w * s.StrideW) + (tap % s.S) - s.PadLeft;
                        if (inH < 0 || inH >= s.H || inW < 0 || inW >= s.W)
                            continue;
                        for (int c = 0; c < s.C; c++)
                        {
                            int atX = ((((image * s.H) + inH) * s.W + inW) * s.PixelX) + c, atWeight = (((o * s.R * s.S) + tap) * s.C) + c;
                            sum += x[atX] * weights[atWeight];
                            dx[atX] += gradient * weights[atWeight];
                            dWeights[atWeight] += gradient * x[atX];
                        }
                    }
                    y[(pixel * s.PixelY) + o] = sum;
                }
            }
            return [y, dx, dWeights, dBias];
        }

        static double[] Doubles(T[] values) => Array.ConvertAll(values, double.CreateChecked);

        static T[] Poisoned(long length)
        {
            var values = new T[length];
            values.AsSpan().Fill(T.NaN);
            return values;
        }
    }
}
