using System.Numerics;

namespace SuTI.Kernels.Tests;

public unsafe class OptimizerCpuTests
{
    static readonly int[] s_lengths = [0, 1, 5, 16, 33, 70_001, 3, 100, 40_000];

    /// <summary>Arrays of several parameters behind one call, and the naive loop beside it.</summary>
    static void Check<T>(Action<WorkerPool, ParameterSlice[]> step, Action<double[][]> naive, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var before = new T[s_lengths.Length][][];
        for (int k = 0; k < s_lengths.Length; k++)
            before[k] = [.. Enumerable.Range(0, 5).Select(array => Noise<T>(s_lengths[k], 10 * k + array, array == 3))];
        var after = ThreadCounts.Same<T>(pool =>
        {
            var buffers = before.Select(arrays => arrays.Select(a => new Fenced<T>(a)).ToArray()).ToArray();
            var pins = new List<System.Runtime.InteropServices.GCHandle>();
            var slices = new ParameterSlice[buffers.Length];
            for (int k = 0; k < buffers.Length; k++)
            {
                var addresses = buffers[k].Select(b => (nint)Address(b, pins)).ToArray();
                slices[k] = new ParameterSlice
                {
                    Length = s_lengths[k],
                    Value = (void*)addresses[0],
                    Gradient = (void*)addresses[1],
                    State0 = (void*)addresses[2],
                    State1 = (void*)addresses[3],
                    Average = (void*)addresses[4],
                };
            }
            step(pool, slices);
            pins.ForEach(pin => pin.Free());
            return [.. buffers.SelectMany(arrays => arrays.SelectMany(b => b.Checked()))];
        });
        int at = 0;
        foreach (var arrays in before)
        {
            double[][] expected = [.. arrays.Select(a => a.Select(v => double.CreateTruncating(v)).ToArray())];
            naive(expected);
            foreach (var array in expected)
                foreach (double value in array)
                {
                    double actual = double.CreateTruncating(after[at++]);
                    if (!(Math.Abs(actual - value) <= tolerance * (1 + Math.Abs(value))))
                        Assert.Fail($"{actual:R} where {value:R} was expected, at {at - 1}");
                }
        }
    }

    static void* Address<T>(Fenced<T> buffer, List<System.Runtime.InteropServices.GCHandle> pins) where T : unmanaged
    {
        // The buffer's array is found through its span and pinned for the length of the step.
        pins.Add(System.Runtime.InteropServices.GCHandle.Alloc(buffer.Data,
            System.Runtime.InteropServices.GCHandleType.Pinned));
        fixed (T* p = buffer.Span)
            return p;
    }

    internal static T[] Noise<T>(int length, int seed, bool isPositive = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var noise = new float[length];
        PhiloxCpu.Normal<float>(ThreadCounts.Many, new PhiloxSource((ulong)seed, 1), noise, Math.Max(length, 1));
        return [.. noise.Select(v => T.CreateTruncating(isPositive ? v * v : v))];
    }

    [TestCase(true, 1.0)]
    [TestCase(false, 0.25)]
    public void Adam(bool isDecoupled, double scale)
    {
        var options = new AdamOptions(0.01, 0.9, 0.999, 1e-8, 0.05, 1 - Math.Pow(0.9, 3), 1 - Math.Pow(0.999, 3),
            isDecoupled, scale, 0.99);
        Run<float>(2e-6);
        Run<double>(1e-13);

        void Run<T>(double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => Check<T>((pool, slices) => AdamCpu.Step<T>(pool, slices, options), arrays =>
            {
                var (p, g, m, v, s) = (arrays[0], arrays[1], arrays[2], arrays[3], arrays[4]);
                for (int i = 0; i < p.Length; i++)
                {
                    double gradient = scale * g[i] + (isDecoupled ? 0 : 0.05 * p[i]);
                    p[i] *= isDecoupled ? 1 - 0.01 * 0.05 : 1;
                    m[i] = 0.9 * m[i] + 0.1 * gradient;
                    v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
                    p[i] -= 0.01 * (m[i] / options.BiasCorrection1) / (Math.Sqrt(v[i] / options.BiasCorrection2) + 1e-8);
                    s[i] = 0.99 * s[i] + 0.01 * p[i];
                }
            }, tolerance);
    }

    [TestCase(0.0, false, false)]
    [TestCase(0.9, false, true)]
    [TestCase(0.9, false, false)]
    [TestCase(0.9, true, false)]
    public void Sgd(double momentum, bool isNesterov, bool isFirst)
    {
        var options = new SgdOptions(0.1, momentum, 0.25, 0.02, isNesterov, isFirst, 0.5);
        Run<float>(1e-6);
        Run<double>(1e-14);

        void Run<T>(double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => Check<T>((pool, slices) => SgdCpu.Step<T>(pool, slices, options), arrays =>
            {
                var (p, g, b) = (arrays[0], arrays[1], arrays[2]);
                for (int i = 0; i < p.Length; i++)
                {
                    double gradient = 0.5 * g[i] + 0.02 * p[i];
                    if (momentum != 0)
                    {
                        b[i] = isFirst ? gradient : momentum * b[i] + 0.75 * gradient;
                        gradient = isNesterov ? gradient + momentum * b[i] : b[i];
                    }
                    p[i] -= 0.1 * gradient;
                }
            }, tolerance);
    }

    [Test]
    public void Ema()
    {
        Check<float>((pool, slices) => EmaCpu.Step<float>(pool, slices, 0.9), Naive, 1e-6);
        Check<double>((pool, slices) => EmaCpu.Step<double>(pool, slices, 0.9), Naive, 1e-14);

        static void Naive(double[][] arrays)
        {
            for (int i = 0; i < arrays[0].Length; i++)
                arrays[4][i] = 0.9 * arrays[4][i] + 0.1 * arrays[0][i];
        }
    }

    [Test]
    public void Norms_and_scaling()
    {
        foreach (int length in s_lengths)
        {
            var x = Noise<float>(length, length);
            double expected = x.Sum(v => (double)v * v);
            double sum = ThreadCounts.Same<double>(pool => [NormCpu.SumOfSquares<float>(pool, x)])[0];
            Assert.That(sum, Is.EqualTo(expected).Within(1e-12 * expected));
            double[] wide = [.. x.Select(v => (double)v)];
            Assert.That(NormCpu.SumOfSquares<double>(ThreadCounts.Many, wide),
                Is.EqualTo(expected).Within(1e-12 * expected));
            var y = new Fenced<float>(x);
            NormCpu.Scale(ThreadCounts.Many, y.Span, 0.5);
            Assert.That(y.Checked(), Is.EqualTo(x.Select(v => v * 0.5f)));
        }
        float[] large = [1e30f, 1e30f, .. new float[100]];
        Assert.That(NormCpu.SumOfSquares<float>(ThreadCounts.Many, large),
            Is.EqualTo(2 * (double)1e30f * 1e30f).Within(1e46));
        large[50] = float.NaN;
        Assert.That(NormCpu.SumOfSquares<float>(ThreadCounts.Many, large), Is.NaN);
        Check<double>((pool, slices) => NormCpu.ScaleGradients<double>(pool, slices, -3), arrays =>
        {
            for (int i = 0; i < arrays[1].Length; i++)
                arrays[1][i] *= -3;
        }, 0);
        Check<float>((pool, slices) =>
        {
            double joint = slices.Sum(slice => NormCpu.SumOfSquares(pool, new ReadOnlySpan<float>(slice.Gradient,
                (int)slice.Length)));
            Assert.That(NormCpu.SumOfSquares<float>(pool, slices), Is.EqualTo(joint).Within(1e-12 * joint));
        }, _ => { }, 0);
    }

    [TestCase(1, 1, 1, 1)]
    [TestCase(1, 5, 7, 1)]
    [TestCase(3, 4, 5, 1)]
    [TestCase(2, 3, 3, 20)]
    [TestCase(2, 3, 2, 3)]
    [TestCase(1, 300, 700, 1)]
    [TestCase(1, 2, 40_003, 1)]
    [TestCase(0, 2, 4, 1)]
    public void Adafactor_with_factored_moments(int batch, int rows, int columns, int inner)
    {
        foreach (double beta1 in new[] { 0, 0.9 })
            foreach (bool scaleByParameter in new[] { false, true })
            {
                var options = new AdafactorOptions(0.01, 0.7, beta1, 0.02, 0.8, ScaleByParameter: scaleByParameter,
                    GradientScale: 0.5);
                var shape = new AdafactorShape(batch, rows, columns, inner);
                Factored<float>(shape, options, 3e-6);
                Factored<double>(shape, options, 1e-13);
            }
    }

    static void Factored<T>(AdafactorShape shape, AdafactorOptions options, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (b, rows, columns, inner) = shape;
        var g = Noise<T>(shape.Length, 1);
        var p = Noise<T>(shape.Length, 2);
        var r = Noise<T>(shape.RowLength, 3, true);
        var c = Noise<T>(shape.ColumnLength, 4, true);
        var m = Noise<T>(shape.Length, 5);
        var actual = ThreadCounts.Same<T>(pool =>
        {
            var (pp, rr, cc, mm) = (new Fenced<T>(p), new Fenced<T>(r), new Fenced<T>(c), new Fenced<T>(m));
            var workspace = new Fenced<T>(AdafactorCpu.WorkspaceLength(shape));
            AdafactorCpu.StepFactored(pool, g, pp.Span, rr.Span, cc.Span, mm.Span, workspace.Span, shape, options);
            workspace.Checked();
            return [.. pp.Checked(), .. rr.Checked(), .. cc.Checked(), .. mm.Checked()];
        });
        double[] row = Wide(r), column = Wide(c), value = Wide(p), moment = Wide(m), update = new double[shape.Length];
        double[] gradient = [.. Wide(g).Select(v => v * options.GradientScale)];
        double scale = options.ScaleByParameter ? Math.Max(1e-3, Rms(value)) : 1;
        for (int i = 0; i < row.Length; i++)
            row[i] *= options.Beta2;
        for (int i = 0; i < column.Length; i++)
            column[i] *= options.Beta2;
        for (int i = 0; i < shape.Length; i++)
        {
            var (n, y, x, k) = Split(i);
            row[(n * rows + y) * inner + k] += (1 - options.Beta2) * (gradient[i] * gradient[i] + 1e-30) / columns;
            column[(n * columns + x) * inner + k] += (1 - options.Beta2) * (gradient[i] * gradient[i] + 1e-30) / rows;
        }
        for (int i = 0; i < shape.Length; i++)
        {
            var (n, y, x, k) = Split(i);
            double mean = MeanRow(n, k);
            update[i] = gradient[i] / Math.Sqrt(row[(n * rows + y) * inner + k] / mean * column[(n * columns + x) * inner + k]);
        }
        Finish(value, update, moment, options, scale);
        Compare(actual, [.. value, .. row, .. column, .. moment], tolerance);

        (int, int, int, int) Split(int i) => (i / inner / columns / rows, i / inner / columns % rows,
            i / inner % columns, i % inner);
        double MeanRow(int n, int k)
        {
            double sum = 0;
            for (int y = 0; y < rows; y++)
                sum += row[(n * rows + y) * inner + k];
            return sum / rows;
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(19)]
    [TestCase(512)]
    [TestCase(70_003)]
    public void Adafactor_with_whole_moments(int length)
    {
        foreach (double beta1 in new[] { 0, 0.9 })
        {
            var options = new AdafactorOptions(0.01, 0.7, beta1, 0.02, 0.8);
            Whole<float>(length, options, 3e-6);
            Whole<double>(length, options, 1e-13);
        }
    }

    static void Whole<T>(int length, AdafactorOptions options, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (g, p, v, m) = (Noise<T>(length, 1), Noise<T>(length, 2), Noise<T>(length, 3, true), Noise<T>(length, 4));
        var actual = ThreadCounts.Same<T>(pool =>
        {
            var (pp, vv, mm) = (new Fenced<T>(p), new Fenced<T>(v), new Fenced<T>(m));
            AdafactorCpu.Step(pool, g, pp.Span, vv.Span, mm.Span, options);
            return [.. pp.Checked(), .. vv.Checked(), .. mm.Checked()];
        });
        double[] gradient = Wide(g), value = Wide(p), second = Wide(v), moment = Wide(m), update = new double[length];
        for (int i = 0; i < length; i++)
        {
            second[i] = 0.7 * second[i] + 0.3 * (gradient[i] * gradient[i] + 1e-30);
            update[i] = gradient[i] / Math.Sqrt(second[i]);
        }
        Finish(value, update, moment, options, length == 0 ? 1 : Math.Max(1e-3, Rms(value)));
        Compare(actual, [.. value, .. second, .. moment], tolerance);
    }

    static void Finish(double[] value, double[] update, double[] moment, AdafactorOptions options, double scale)
    {
        double rate = options.LearningRate * scale;
        double clip = update.Length == 0 ? 1 : Math.Max(1, Rms(update) / options.ClipThreshold);
        for (int i = 0; i < update.Length; i++)
        {
            double u = update[i] / clip * rate;
            if (options.Beta1 != 0)
                u = moment[i] = options.Beta1 * moment[i] + (1 - options.Beta1) * u;
            value[i] = value[i] - options.WeightDecay * rate * value[i] - u;
        }
    }

    static double Rms(double[] x) => Math.Sqrt(x.Sum(v => v * v) / x.Length);

    static double[] Wide<T>(T[] x)
        where T : IBinaryFloatingPointIeee754<T> => [.. x.Select(v => double.CreateTruncating(v))];

    static void Compare<T>(T[] actual, double[] expected, double tolerance) where T : IBinaryFloatingPointIeee754<T>
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(double.CreateTruncating(actual[i]) - expected[i]) <= tolerance * (1 + Math.Abs(expected[i]))))
                Assert.Fail($"{actual[i]} where {expected[i]:R} was expected, at {i}");
    }

    [Test]
    public void Missing_arrays_are_refused()
    {
        var slices = new ParameterSlice[] { new() { Length = 3 } };
        Assert.That(() => AdamCpu.Step<float>(ThreadCounts.Many, slices, default), Throws.ArgumentException);
        Assert.That(() => SgdCpu.Step<float>(ThreadCounts.Many, slices, default), Throws.ArgumentException);
        Assert.That(() => EmaCpu.Step<float>(ThreadCounts.Many, slices, 0.5), Throws.ArgumentException);
        Assert.That(() => AdafactorCpu.Step<float>(ThreadCounts.Many, new float[3], new float[3], new float[2], [],
            default), Throws.ArgumentException);
        Assert.That(() => AdafactorCpu.Step<float>(ThreadCounts.Many, new float[3], new float[3], new float[3], [],
            new(0.1, 0.5, Beta1: 0.9)), Throws.ArgumentException);
    }
}
