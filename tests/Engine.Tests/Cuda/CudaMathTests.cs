using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>The functions of math.cuh: how many units in the last place they miss, and what they give of special values.</summary>
public class CudaMathTests : LeakCheck
{
    static readonly float[] s_special =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, 1f, -1f, 0.5f, 2f, 87f, 89f, -87f, -89f, -104f, -110f, 1e4f, -1e4f,
        1e20f, -1e20f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    // Bounds are what was measured on two million points each, rounded up by a half; those above 3 are of differences of which the
    // terms are as good.
    static IEnumerable<TestCaseData> Functions()
    {
        yield return Case("exp", x => x.Exp(), Math.Exp, 1.5, -87, 88.5f);
        yield return Case("sigmoid", x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x)), 3, -86, 40);
        yield return Case("silu", x => x.Silu(), x => x / (1 + Math.Exp(-x)), 3, -86, 40);
        yield return Case("tanh", x => x.Tanh(), Math.Tanh, 3.5, -12, 12);
        yield return Case("log", x => x.Log(), Math.Log, 1.5, 0.01f, 100);
        yield return Case("log_far", x => x.Log(), Math.Log, 1.5, 1e-39f, 3e38f);
        yield return Case("softplus", x => x.Softplus(), x => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))), 2.5, -80, 80);
        yield return Case("sin", x => x.Sin(), Math.Sin, 3, -100, 100);
        yield return Case("sin_far", x => x.Sin(), Math.Sin, 3, -1e4f, 1e4f);
        yield return Case("sin_farthest", x => x.Sin(), Math.Sin, 3, 12_000, 3e38f);
        yield return Case("cos", x => x.Cos(), Math.Cos, 3, -100, 100);
        yield return Case("cos_farthest", x => x.Cos(), Math.Cos, 3, 12_000, 3e38f);
        yield return Case("pow", x => x.Pow(-2.75), x => Math.Pow(x, -2.75), 2, 1e-12f, 1e12f);
        yield return Case("gelu_upper", x => x.Gelu(), x => x * (1 + Families.Erf(x / Math.Sqrt(2))) / 2, 3, 0.5f, 8);
    }

    [TestCaseSource(nameof(Functions))]
    public void Accuracy(Func<Tensor, Tensor> function, Func<double, double> exact, double ulps, float low, float high)
    {
        using var scope = TensorScope.Open();
        float[] x = new float[20_000];
        var random = new SplitMix(11);
        bool wide = low > 0 && high / low > 1000;
        for (int i = 0; i < x.Length; i++)
            x[i] = wide ? (float)Math.Exp(random.Next(Math.Log(low), Math.Log(high))) : (float)random.Next(low, high);
        float[] y = function(Tensor.From(x, [x.Length], Device.Cuda())).ToArray<float>();
        double worst = 0, at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = exact(x[i]);
            if (Math.Abs(expected) is < 1.2e-38 or > float.MaxValue)
                continue;
            double unit = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs(expected))) - 23), gap = Math.Abs(y[i] - expected) / unit;
            if (!(gap <= worst))
                (worst, at) = (gap, x[i]);
        }
        Assert.That(worst, Is.LessThanOrEqualTo(ulps), $"units in the last place, at {at:R}");
        TestContext.Out.WriteLine($"{worst:F2} ulp at {at:R}");
    }

    static readonly (string Name, Func<Tensor, Tensor> Function)[] s_unary =
    [
        ("abs", x => x.Abs()), ("clamp", x => x.Clamp(-1.5, 2)), ("cos", x => x.Cos()), ("exp", x => x.Exp()), ("gelu", x => x.Gelu()),
        ("gelu_tanh", x => x.GeluTanh()), ("log", x => x.Log()), ("pow", x => x.Pow(2.5)), ("pow_3", x => x.Pow(-3)), ("quick_gelu", x => x.QuickGelu()),
        ("reciprocal", x => 2 / x), ("relu", x => x.Relu()), ("rsqrt", x => x.Rsqrt()), ("sigmoid", x => x.Sigmoid()), ("sign", x => x.Sign()),
        ("silu", x => x.Silu()), ("sin", x => x.Sin()), ("softplus", x => x.Softplus()), ("sqrt", x => x.Sqrt()), ("square", x => x.Square()),
        ("tanh", x => x.Tanh()),
    ];

    [Test]
    public void Special_values_give_what_the_processor_gives([Range(0, 20)] int which)
    {
        var (name, function) = s_unary[which];
        using var scope = TensorScope.Open();
        (float[] Y, float[] Slope) Run(Device device)
        {
            var x = Tensor.From(s_special, [s_special.Length], device);
            x.RequiresGradient = true;
            var y = function(x);
            y.Backward(Tensor.Full(y.Shape, 1, DType.Float32, device));
            return (y.ToArray<float>(), x.Gradient!.ToArray<float>());
        }
        var (found, expected) = (Run(Device.Cuda()), Run(Device.Cpu));
        for (int i = 0; i < s_special.Length; i++)
        {
            Same(found.Y[i], expected.Y[i], $"{name} of {s_special[i]:R}");
            Same(found.Slope[i], expected.Slope[i], $"slope of {name} at {s_special[i]:R}", terms: 1);
        }
    }

    [Test]
    public void Powers_of_special_values([Values] bool isBase)
    {
        using var scope = TensorScope.Open();
        foreach (float other in (float[])[.. s_special, 3, -3, 2.5f, -2.5f, 1e30f])
        {
            float[] Run(Device device)
            {
                var x = Tensor.From(s_special, [s_special.Length], device);
                var number = Tensor.Scalar(other, device: device);
                return (isBase ? x.Pow(number) : number.Pow(x)).ToArray<float>();
            }
            var (found, expected) = (Run(Device.Cuda()), Run(Device.Cpu));
            for (int i = 0; i < s_special.Length; i++)
                Same(found[i], expected[i], isBase ? $"{s_special[i]:R} to the {other:R}" : $"{other:R} to the {s_special[i]:R}");
        }
    }

    // Within four units, or both below the smallest normal number, which either may flush to zero. Slopes such as 1 - y² of tanh are
    // differences of terms of about 1, whose units count.
    static void Same(float found, float expected, string what, float terms = 0)
    {
        if (Math.Abs(found) < 1.2e-38f && Math.Abs(expected) < 1.2e-38f)
            return;
        if (float.IsFinite(expected))
            Assert.That(found, Is.EqualTo(expected).Within(5e-7 * Math.Max(terms, Math.Abs(expected))), what);
        else
            Assert.That(found, Is.EqualTo(expected), what);
    }

    // The rounding of 1 + x cancels (Kahan).
    static double Log1p(double x) => 1 + x == 1 ? x : Math.Log(1 + x) * x / (1 + x - 1);

    static TestCaseData Case(string name, Func<Tensor, Tensor> function, Func<double, double> exact, double ulps, float low, float high)
        => new TestCaseData(function, exact, ulps, low, high).SetArgDisplayNames(name);
}
