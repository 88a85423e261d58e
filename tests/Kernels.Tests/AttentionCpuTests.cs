using System.Numerics;

namespace SuTI.Kernels.Tests;

public class AttentionCpuTests
{
    static readonly string[] s_names = ["o", "log-sum-exp", "dq", "dk", "dv", "dk2", "dv2", "dbias"];

    static AttentionSizes Sizes(int batch, int heads, int queries, int keys, int headDim, int extraKeys = 0)
        => new(batch, heads, queries, keys, headDim, extraKeys);

    static readonly AttentionCase[] s_cases =
    [
        new() { Sizes = Sizes(1, 2, 49, 49, 40) },
        new() { Sizes = Sizes(2, 2, 64, 77, 40) },
        new() { Sizes = Sizes(1, 3, 77, 77, 64), IsCausal = true },
        new() { Sizes = Sizes(2, 1, 33, 33, 80) },
        new() { Sizes = Sizes(1, 2, 9, 77, 160), HeadsFirst = true },
        new() { Sizes = Sizes(1, 2, 130, 130, 8) },
        new() { Sizes = Sizes(2, 2, 19, 19, 64), HasBias = true, HasMask = true },
        new() { Sizes = Sizes(1, 4, 23, 23, 16), HasBias = true, Scale = 1 },
        new() { Sizes = Sizes(3, 1, 50, 50, 64), HasMask = true },
        new() { Sizes = Sizes(2, 2, 1, 5, 64) },
        new() { Sizes = Sizes(1, 1, 25, 25, 96) },
        new() { Sizes = Sizes(1, 1, 1, 1, 1) },
        new() { Sizes = Sizes(2, 3, 70, 5, 3) },
        new() { Sizes = Sizes(1, 2, 3, 300, 20), HeadsFirst = true },
        new() { Sizes = Sizes(1, 1, 200, 500, 7), HeadsFirst = true },
        new() { Sizes = Sizes(1, 1, 300, 300, 32) },
        new() { Sizes = Sizes(1, 2, 200, 150, 33), IsCausal = true, HasMask = true },
        new() { Sizes = Sizes(2, 1, 90, 200, 17), IsCausal = true, HasBias = true },
        new() { Sizes = Sizes(2, 2, 30, 30, 32, extraKeys: 7) },
        new()
        {
            Sizes = Sizes(2, 2, 67, 141, 24, extraKeys: 150), HasMask = true, HasBias = true, BiasSharesSamples = false,
        },
        new() { Sizes = Sizes(2, 3, 40, 17, 12), HasBias = true, BiasSharesHeads = true },
        new()
        {
            Sizes = Sizes(2, 3, 40, 17, 12), HasBias = true, BiasSharesHeads = true, BiasSharesSamples = false,
            HasMask = true,
        },
        new() { Sizes = Sizes(2, 2, 5, 0, 8, extraKeys: 9) },
        new() { Sizes = Sizes(2, 2, 5, 0, 8) },
        new() { Sizes = Sizes(2, 2, 0, 5, 8), HasBias = true },
        new() { Sizes = Sizes(8, 8, 150, 140, 4) },
        new() { Sizes = Sizes(8, 8, 140, 150, 3), IsCausal = true, HasMask = true },
        new() { Sizes = Sizes(1, 1, 600, 300, 5), IsCausal = true },
        new() { Sizes = Sizes(0, 2, 5, 5, 8) },
        new() { Sizes = Sizes(2, 0, 5, 5, 8) },
        new() { Sizes = Sizes(1, 2, 150, 400, 48), HasBias = true, BiasSharesHeads = true, Scale = 0.2 },
    ];

    [TestCaseSource(nameof(CaseNumbers))]
    public void In_double_it_equals_the_definition(int number) => Check<double>(s_cases[number], 1e-13);

    // Scores reach some tens here; their rounding error is that of the probabilities.
    [TestCaseSource(nameof(CaseNumbers))]
    public void In_float_it_equals_the_definition(int number) => Check<float>(s_cases[number], 2e-5);

    static IEnumerable<int> CaseNumbers() => Enumerable.Range(0, s_cases.Length);

    static void Check<T>(AttentionCase @case, double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] expected = AttentionReference.Run(@case);
        T[] all = ThreadCounts.Same<T>(pool => [.. @case.Run<T>(pool).SelectMany(result => result)]);
        Assert.That(all, Has.Length.EqualTo(expected.Sum(result => result.Length)));
        int at = 0;
        for (int i = 0; i < expected.Length; at += expected[i++].Length)
        {
            double size = expected[i].Where(double.IsFinite).Select(Math.Abs).Append(1).Max();
            for (int j = 0; j < expected[i].Length; j++)
            {
                T found = all[at + j];
                if (double.IsNegativeInfinity(expected[i][j]) && T.IsNegativeInfinity(found))
                    continue;
                if (!(Math.Abs(double.CreateChecked(found) - expected[i][j]) <= tolerance * size))
                    Assert.Fail($"{s_names[i]}[{j}]: expected {expected[i][j]}, found {found}; largest: {size:g3}");
            }
        }
    }

    [Test]
    public void A_query_that_sees_no_key_gives_zeros_everywhere()
    {
        var all = new AttentionCase { Sizes = Sizes(3, 2, 70, 40, 16), HasMask = true }.Run<float>(ThreadCounts.Many);
        int masked = 70 * 2 * 16, keys = 40 * 2 * 16;
        Assert.That(all[0][(2 * masked)..], Is.All.Zero);
        Assert.That(all[1][(2 * 2 * 70)..], Is.All.EqualTo(float.NegativeInfinity));
        Assert.That(all[2][(2 * masked)..], Is.All.Zero);
        Assert.That(all[3][(2 * keys)..], Is.All.Zero);
        Assert.That(all[4][(2 * keys)..], Is.All.Zero);
    }

    [Test]
    public void A_bias_of_minus_infinity_masks()
    {
        float[] q = [1, 2, 3, 4], bias = [float.NegativeInfinity, 0, float.NegativeInfinity, float.NegativeInfinity];
        var sizes = Sizes(1, 1, 2, 2, 2);
        float[] o = new float[4], logSumExp = new float[2], dQ = new float[4], dBias = new float[4];
        var pool = ThreadCounts.Many;
        var view = HeadsView<float>.Dense(q, 2, 1, 2);
        var inputs = new AttentionInputs<float> { Q = view, K = view, V = view, Bias = new(bias, 0, 2, 0) };
        AttentionCpu.Forward(
            pool, inputs, HeadsSpan<float>.Dense(o, 2, 1, 2), logSumExp,
            new float[AttentionCpu.ForwardWorkspaceLength<float>(pool, sizes)], sizes, 1);
        Assert.That(o, Is.EqualTo(new float[] { 3, 4, 0, 0 }));
        Assert.That(logSumExp[1], Is.EqualTo(float.NegativeInfinity));
        var gradients = new AttentionGradients<float>
        {
            Q = HeadsSpan<float>.Dense(dQ, 2, 1, 2),
            Bias = new(dBias, 0, 2, 0),
        };
        AttentionCpu.Backward(
            pool, inputs, HeadsSpan<float>.Dense(o, 2, 1, 2), logSumExp, view, gradients,
            new float[AttentionCpu.BackwardWorkspaceLength<float>(pool, sizes, true, true)], sizes, 1);
        Assert.That(dQ, Is.All.Zero);
        Assert.That(dBias, Is.All.Zero);
    }

    [Test]
    public void Large_scores_neither_overflow_nor_vanish()
    {
        var large = new AttentionCase { Sizes = Sizes(1, 1, 65, 300, 16), Scale = 1000 };
        float[] o = large.Run<float>(ThreadCounts.Many)[0];
        Assert.That(o, Is.All.Matches<float>(x => float.IsFinite(x) && Math.Abs(x) <= 2.001f));
        Check<double>(large, 1e-10);
    }

    [Test]
    public void NaN_reaches_the_queries_that_see_it()
    {
        float[] q = [1, float.NaN, 1], kv = [1, 1, 1], o = new float[3], logSumExp = new float[3];
        var sizes = Sizes(1, 1, 3, 3, 1);
        var pool = ThreadCounts.Many;
        var keys = HeadsView<float>.Dense(kv, 3, 1, 1);
        AttentionCpu.Forward(
            pool, new() { Q = HeadsView<float>.Dense(q, 3, 1, 1), K = keys, V = keys },
            HeadsSpan<float>.Dense(o, 3, 1, 1), logSumExp, new float[AttentionCpu.ForwardWorkspaceLength<float>(pool, sizes)], sizes, 1);
        Assert.That(o, Is.EqualTo(new[] { 1, float.NaN, 1 }));
    }

    [Test]
    public void Gradients_agree_with_central_differences()
    {
        const double Step = 1e-4;
        var sizes = Sizes(1, 2, 6, 5, 4);
        var random = new Random(5);
        double[][] x = [.. new[] { 48, 40, 40 }.Select(length => RandomInput.Uniform<double>(random, length))];
        double[] dO = RandomInput.Uniform<double>(random, 48), logSumExp = new double[12], o = new double[48];
        var pool = ThreadCounts.Many;
        var work = new double[Math.Max(
            AttentionCpu.ForwardWorkspaceLength<double>(pool, sizes), AttentionCpu.BackwardWorkspaceLength<double>(pool, sizes))];

        AttentionInputs<double> Inputs() => new()
        {
            Q = HeadsView<double>.Dense(x[0], 6, 2, 4),
            K = HeadsView<double>.Dense(x[1], 5, 2, 4),
            V = HeadsView<double>.Dense(x[2], 5, 2, 4),
        };
        double Loss()
        {
            AttentionCpu.Forward(pool, Inputs(), HeadsSpan<double>.Dense(o, 6, 2, 4), logSumExp, work, sizes, 0.7);
            return o.Zip(dO, (a, b) => a * b).Sum();
        }

        Loss();
        double[][] gradients = [new double[48], new double[40], new double[40]];
        AttentionCpu.Backward(
            pool, Inputs(), HeadsSpan<double>.Dense(o, 6, 2, 4), logSumExp, HeadsView<double>.Dense(dO, 6, 2, 4),
            new AttentionGradients<double>
            {
                Q = HeadsSpan<double>.Dense(gradients[0], 6, 2, 4),
                K = HeadsSpan<double>.Dense(gradients[1], 5, 2, 4),
                V = HeadsSpan<double>.Dense(gradients[2], 5, 2, 4),
            },
            work, sizes, 0.7);
        for (int which = 0; which < 3; which++)
        {
            for (int i = 0; i < x[which].Length; i++)
            {
                double before = x[which][i];
                x[which][i] = before + Step;
                double above = Loss();
                x[which][i] = before - Step;
                double slope = (above - Loss()) / (2 * Step);
                x[which][i] = before;
                Assert.That(gradients[which][i], Is.EqualTo(slope).Within(1e-7), $"input {which}, element {i}");
            }
        }
    }

    [Test]
    public void Short_buffers_and_mixed_masks_are_refused()
    {
        using var pool = new WorkerPool(1);
        var all = new float[64];
        void Run(float[] o, int extraKeys, bool isCausal) => AttentionCpu.Forward(
            pool, Self(all), HeadsSpan<float>.Dense(o, 4, 1, 2), all, all, Sizes(1, 1, 4, 4, 2, extraKeys), 1, isCausal);
        Assert.That(() => Run(new float[7], 0, false),
            Throws.ArgumentException.With.Message.Contains("o needs at least 8 elements; got 7"));
        Assert.That(() => Run(all, 1, true), Throws.ArgumentException.With.Message.Contains("exclude each other"));
        Assert.That(() => Run(all, 0, false), Throws.ArgumentException.With.Message.Contains("workspace needs"));
    }

    static AttentionInputs<float> Self(float[] x)
    {
        var view = HeadsView<float>.Dense(x, 4, 1, 2);
        return new() { Q = view, K = view, V = view };
    }
}
