using System.Numerics;

namespace SuTI.Kernels.Tests;

public class VectorMathTests
{
    // Float results are held against double ones; double results against System.Math, itself within 1 ulp.
    static void Check<TMap>(Func<double, double> exact, double low, double high, double floatUlps, double doubleUlps)
        where TMap : struct, IMap
    {
        double[] points = [.. Points(low, high)];
        float[] singles = Array.ConvertAll(points, p => (float)p);
        float[] y32 = Map<TMap>.Over(singles);
        double[] y64 = Map<TMap>.Over(points);
        double worst32 = 0, worst64 = 0;
        for (int i = 0; i < points.Length; i++)
        {
            double want32 = exact(singles[i]), want64 = exact(points[i]);
            if (Math.Abs(want32) >= 1.1754944e-38 && Math.Abs(want32) <= float.MaxValue)
                worst32 = Math.Max(worst32, Math.Abs(y32[i] - want32) / UlpOf((float)want32));
            else if (Math.Abs(want32) < 1.1754944e-38)
                Assert.That(y32[i], Is.EqualTo(want32).Within(1.1754944e-38), $"at {singles[i]}");
            if (Math.Abs(want64) >= 2.3e-308 && double.IsFinite(want64))
                worst64 = Math.Max(worst64, Math.Abs(y64[i] - want64) / UlpOf(want64));
        }
        TestContext.Out.WriteLine($"{typeof(TMap).Name}: {worst32:F2} ulp in float, {worst64:F2} in double");
        Assert.That(worst32, Is.LessThanOrEqualTo(floatUlps));
        Assert.That(worst64, Is.LessThanOrEqualTo(doubleUlps));
    }

    // An even grid, and magnitudes down to 1e-30 on both sides of zero as far as the range reaches.
    static IEnumerable<double> Points(double low, double high)
    {
        const int Steps = 100_003;
        for (int i = 0; i <= Steps; i++)
            yield return low + ((high - low) * i / Steps);
        for (double m = 1e-30; m < 1; m *= 1.37)
        {
            if (m < high)
                yield return m;
            if (-m > low)
                yield return -m;
        }
    }

    static double UlpOf(float x) => MathF.BitIncrement(MathF.Abs(x)) - MathF.Abs(x);

    static double UlpOf(double x) => Math.BitIncrement(Math.Abs(x)) - Math.Abs(x);

    [Test]
    public void Exp_is_within_two_ulps() => Check<ExpMap>(Math.Exp, -750, 710, 2, 2);

    [Test]
    public void Exp_of_moderate_arguments_is_within_two_ulps() => Check<ExpMap>(Math.Exp, -10, 10, 2, 2);

    [Test]
    public void Expm1_is_within_three_ulps() => Check<Expm1Map>(x => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1, -80, 80, 3, double.MaxValue);

    [Test]
    public void Tanh_is_within_four_ulps() => Check<TanhMap>(Math.Tanh, -25, 25, 4, 4);

    [Test]
    public void Sigmoid_is_within_three_ulps() => Check<SigmoidMap>(x => 1 / (1 + Math.Exp(-x)), -87, 90, 3, 3);

    [Test]
    public void Silu_is_within_four_ulps() => Check<SiluMap>(x => x / (1 + Math.Exp(-x)), -87, 90, 4, 4);

    [Test]
    public void Log_is_within_two_ulps() => Check<LogMap>(Math.Log, 1e-40, 30, 2, 2);

    [Test]
    public void Log_of_all_magnitudes_is_within_two_ulps()
    {
        double[] points = [.. Enumerable.Range(-323, 631).Select(e => 1.7 * Math.Pow(10, e))];
        double[] y = Map<LogMap>.Over(points);
        float[] singles = [.. Enumerable.Range(-44, 82).Select(e => (float)(1.7 * Math.Pow(10, e)))];
        float[] s = Map<LogMap>.Over(singles);
        for (int i = 0; i < points.Length; i++)
            Assert.That(y[i], Is.EqualTo(Math.Log(points[i])).Within(2).Ulps);
        for (int i = 0; i < singles.Length; i++)
            Assert.That(s[i], Is.EqualTo((float)Math.Log(singles[i])).Within(2).Ulps);
    }

    [Test]
    public void Sine_and_cosine_are_accurate_in_and_beyond_the_reduction()
    {
        foreach (double range in new[] { 3.0, 1000, 11_000, 1e6, 1e9 })
        {
            double[] points = [.. Points(-range, range).Where((_, i) => i % 7 == 0)];
            float[] singles = Array.ConvertAll(points, p => (float)p);
            double[] sin = Map<SinMap>.Over(points), cos = Map<CosMap>.Over(points);
            float[] sin32 = Map<SinMap>.Over(singles), cos32 = Map<CosMap>.Over(singles);
            for (int i = 0; i < points.Length; i++)
            {
                Assert.That(sin[i], Is.EqualTo(Math.Sin(points[i])).Within(3e-16), $"sin {points[i]}");
                Assert.That(cos[i], Is.EqualTo(Math.Cos(points[i])).Within(3e-16), $"cos {points[i]}");
                Assert.That(sin32[i], Is.EqualTo((float)Math.Sin(singles[i])).Within(1.3e-7), $"sin {singles[i]}");
                Assert.That(cos32[i], Is.EqualTo((float)Math.Cos(singles[i])).Within(1.3e-7), $"cos {singles[i]}");
            }
        }
    }

    [Test]
    public void Softplus_is_within_four_ulps() => Check<SoftplusMap>(
        x => x > 0 ? x + LogOnePlus(Math.Exp(-x)) : LogOnePlus(Math.Exp(x)), -80, 80, 4, 6);

    [Test]
    public void Log1p_is_within_three_ulps() => Check<Log1pMap>(LogOnePlus, -0.999, 100, 3, 5);

    // Kahan's correction of the rounded 1 + x.
    static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    // Values by 30-digit arithmetic (mpmath's erf, ncdf and npdf at the doubles nearest to these x).
    [TestCase(-8.0, -4.9767684594174273e-15, -3.97960726108679599e-14)]
    [TestCase(-3.5, -0.000814201776624337627, -0.00282176035362463519)]
    [TestCase(-1.0, -0.158655253931457051, -0.0833154705876862984)]
    [TestCase(-0.03, -0.0146410057975766201, 0.476070642683024366)]
    [TestCase(0.0, 0.0, 0.5)]
    [TestCase(0.5, 0.345731230637006552, 0.867495124656162843)]
    [TestCase(2.25, 2.22249493652614942, 1.05918974397520698)]
    [TestCase(6.0, 5.99999999408047413, 1.00000003546870945)]
    public void Gelu_and_its_derivative_match_known_values(double x, double value, double slope)
    {
        Assert.That(Map<GeluMap>.Over([x])[0], Is.EqualTo(value).Within(4e-16 * Math.Abs(value)));
        Assert.That(Map<GeluSlopeMap>.Over([x])[0], Is.EqualTo(slope).Within(1e-15 * Math.Max(0.01, Math.Abs(slope))));
        Assert.That(Map<GeluMap>.Over([(float)x])[0], Is.EqualTo(Map<GeluMap>.Over([(double)(float)x])[0]).Within(3e-7 * Math.Abs(value)));
        Assert.That(Map<GeluSlopeMap>.Over([(float)x])[0], Is.EqualTo(Map<GeluSlopeMap>.Over([(double)(float)x])[0]).Within(2e-7));
    }

    [TestCase(0.1, 0.112462916018284898)]
    [TestCase(0.4999, 0.52041199516138659)]
    [TestCase(0.5001, 0.520587751676880732)]
    [TestCase(1.5, 0.966105146475310727)]
    [TestCase(5.0, 0.99999999999846254)]
    public void Erf_matches_known_values_and_is_odd(double x, double want)
    {
        Assert.That(Map<ErfMap>.Over([x, -x]), Is.EqualTo(new[] { want, -want }).Within(4e-16));
        Assert.That(Map<ErfMap>.Over([(float)x])[0], Is.EqualTo((float)Map<ErfMap>.Over([(double)(float)x])[0]).Within(2).Ulps);
    }

    [Test]
    public void Float_erf_and_gelu_follow_double_ones()
    {
        Check<ErfMap>(x => Map<ErfMap>.Over([x])[0], -6, 6, 3, 0);
        // Without a fused multiply-add the rounding of x² stays in the tail.
        Check<GeluMap>(x => Map<GeluMap>.Over([x])[0], -12, 12, Simd.Level == "vector128" ? 80 : 8, 0);
        Check<GeluTanhMap>(x => Map<GeluTanhMap>.Over([x])[0], -2, 12, 8, 0);
    }

    [Test]
    public void Derivatives_of_the_activations_are_the_slopes()
    {
        Slope<SiluMap, SiluSlopeMap>();
        Slope<GeluMap, GeluSlopeMap>();
        Slope<GeluTanhMap, GeluTanhSlopeMap>();
        Slope<ErfMap, ErfSlopeMap>();
    }

    static void Slope<TMap, TSlope>() where TMap : struct, IMap where TSlope : struct, IMap
    {
        const double H = 1e-5;
        double[] x = [.. Points(-7, 7).Where((_, i) => i % 100 == 0)];
        double[] up = Map<TMap>.Over(Array.ConvertAll(x, v => v + H)), down = Map<TMap>.Over(Array.ConvertAll(x, v => v - H));
        double[] slope = Map<TSlope>.Over(x);
        for (int i = 0; i < x.Length; i++)
            Assert.That(slope[i], Is.EqualTo((up[i] - down[i]) / (2 * H)).Within(1e-9), $"{typeof(TSlope).Name} at {x[i]}");
    }

    [Test]
    public void Pow_is_accurate_to_the_end_of_the_range()
    {
        double worst32 = 0, worst64 = 0;
        foreach (double y in new[] { -7.3, -2, -1, -0.5, 0.3, 0.5, 1, 1.5, 2, 3, 10, 57.1 })
        {
            double[] x = [.. Enumerable.Range(1, 4001).Select(i => i * 0.00517)];
            float[] x32 = Array.ConvertAll(x, v => (float)v);
            double[] got = PowOver(x, y);
            float[] got32 = PowOver(x32, (float)y);
            for (int i = 0; i < x.Length; i++)
            {
                double want = Math.Pow(x[i], y), want32 = Math.Pow(x32[i], (float)y);
                if (want is > 1e-300 and < 1e300)
                    worst64 = Math.Max(worst64, Math.Abs(got[i] - want) / want);
                if (want32 is > 1.2e-38 and < 3.4e38)
                    worst32 = Math.Max(worst32, Math.Abs(got32[i] - want32) / want32);
            }
        }
        TestContext.Out.WriteLine($"pow: relative error {worst32:E1} in float, {worst64:E1} in double");
        // Without a fused multiply-add the product y log x has one word only.
        bool fused = Simd.Level != "vector128";
        Assert.That(worst32, Is.LessThan(fused ? 2.5e-7 : 1.2e-5));
        Assert.That(worst64, Is.LessThan(fused ? 5e-16 : 2e-13));
    }

    [Test]
    public void Pow_follows_the_sign_and_limit_rules()
    {
        double inf = double.PositiveInfinity, nan = double.NaN;
        double[] values = [0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e10, -1e10, inf, -inf, nan, 2.5, -2.5];
        foreach (double y in values)
        {
            double[] got = PowOver(values, y);
            float[] got32 = PowOver(Array.ConvertAll(values, v => (float)v), (float)y);
            for (int i = 0; i < values.Length; i++)
            {
                double want = Math.Pow(values[i], y), want32 = MathF.Pow((float)values[i], (float)y);
                Assert.That(got[i], Is.EqualTo(want).Within(1e-12).Percent, $"{values[i]}^{y}");
                Assert.That(got32[i], Is.EqualTo(want32).Within(1e-3).Percent, $"{values[i]}^{y} in float");
            }
        }
    }

    static unsafe T[] PowOver<T>(T[] x, T y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new T[x.Length];
        fixed (T* px = x, py = result)
        {
            var kernel = new PowKernel(px, &y, py);
            Simd.Run<T, PowKernel>(ref kernel, 0, x.Length);
        }
        return result;
    }

    readonly unsafe struct PowKernel(void* x, void* exponent, void* y) : ISimdKernel
    {
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            TVector e = TVector.Create(*(T*)exponent);
            int i = begin;
            for (; i + TVector.Count <= end; i += TVector.Count)
                TVector.Store(VectorMath.Pow<TVector, T>(TVector.Load((T*)x + i), e), (T*)y + i);
            TVector.StorePartial(VectorMath.Pow<TVector, T>(TVector.LoadPartial((T*)x + i, end - i), e), (T*)y + i, end - i);
        }
    }

    [Test]
    public void Limits_of_log_and_its_relatives()
    {
        Limits<LogMap>(0, double.NegativeInfinity);
        Limits<LogMap>(-1, double.NaN);
        Limits<LogMap>(double.NaN, double.NaN);
        Limits<LogMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<LogMap>(1, 0);
        Limits<Log1pMap>(-1, double.NegativeInfinity);
        Limits<Log1pMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<Log1pMap>(-2, double.NaN);
        Limits<SoftplusMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<SoftplusMap>(double.NegativeInfinity, 0);
        Limits<SoftplusMap>(double.NaN, double.NaN);
    }

    [Test]
    public void Limits_of_gelu_and_erf()
    {
        Limits<ErfMap>(double.PositiveInfinity, 1);
        Limits<ErfMap>(double.NegativeInfinity, -1);
        Limits<ErfMap>(double.NaN, double.NaN);
        Limits<GeluMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<GeluMap>(double.NegativeInfinity, 0);
        Limits<GeluMap>(double.NaN, double.NaN);
        Limits<GeluSlopeMap>(double.PositiveInfinity, 1);
        Limits<GeluSlopeMap>(double.NegativeInfinity, 0);
        Limits<GeluTanhMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<GeluTanhMap>(double.NegativeInfinity, 0);
        Limits<GeluTanhSlopeMap>(double.PositiveInfinity, 1);
        Limits<GeluTanhSlopeMap>(double.NegativeInfinity, 0);
        Limits<SiluSlopeMap>(double.PositiveInfinity, 1);
        Limits<SiluSlopeMap>(double.NegativeInfinity, 0);
        Limits<SinMap>(double.PositiveInfinity, double.NaN);
        Limits<CosMap>(double.NaN, double.NaN);
    }

    [Test]
    public void Limits_of_exp()
    {
        Limits<ExpMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<ExpMap>(double.NegativeInfinity, 0);
        Limits<ExpMap>(double.NaN, double.NaN);
        Limits<ExpMap>(0, 1);
        Limits<ExpMap>(1e30, double.PositiveInfinity);
        Limits<ExpMap>(-1e30, 0);
    }

    [Test]
    public void Limits_of_the_activations()
    {
        Limits<SigmoidMap>(double.PositiveInfinity, 1);
        Limits<SigmoidMap>(double.NegativeInfinity, 0);
        Limits<SigmoidMap>(double.NaN, double.NaN);
        Limits<TanhMap>(double.PositiveInfinity, 1);
        Limits<TanhMap>(double.NegativeInfinity, -1);
        Limits<TanhMap>(double.NaN, double.NaN);
        Limits<SiluMap>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<SiluMap>(double.NegativeInfinity, 0);
        Limits<SiluMap>(double.NaN, double.NaN);
        Limits<Expm1Map>(double.PositiveInfinity, double.PositiveInfinity);
        Limits<Expm1Map>(double.NegativeInfinity, -1);
        Limits<Expm1Map>(double.NaN, double.NaN);
    }

    static void Limits<TMap>(double x, double want) where TMap : struct, IMap
    {
        // A whole vector of the widest kind and a tail.
        double[] y64 = Map<TMap>.Over(Enumerable.Repeat(x, 19).ToArray());
        float[] y32 = Map<TMap>.Over(Enumerable.Repeat((float)x, 19).ToArray());
        Assert.That(y64, Is.All.EqualTo(want), $"double, {typeof(TMap).Name}({x})");
        Assert.That(y32, Is.All.EqualTo((float)want), $"float, {typeof(TMap).Name}({x})");
    }

    readonly struct ExpMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Exp<V, T>(x);
    }

    readonly struct Expm1Map : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Expm1<V, T>(x);
    }

    readonly struct SigmoidMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Sigmoid<V, T>(x);
    }

    readonly struct SiluMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Silu<V, T>(x);
    }

    readonly struct TanhMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Tanh<V, T>(x);
    }

    readonly struct LogMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Log<V, T>(x);
    }

    readonly struct Log1pMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Log1p<V, T>(x);
    }

    readonly struct SoftplusMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Softplus<V, T>(x);
    }

    readonly struct SinMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Sin<V, T>(x);
    }

    readonly struct CosMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Cos<V, T>(x);
    }

    readonly struct ErfMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Erf<V, T>(x);
    }

    readonly struct ErfSlopeMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.ErfDerivative<V, T>(x);
    }

    readonly struct GeluMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.Gelu<V, T>(x);
    }

    readonly struct GeluSlopeMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.GeluDerivative<V, T>(x);
    }

    readonly struct GeluTanhMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.GeluTanh<V, T>(x);
    }

    readonly struct GeluTanhSlopeMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.GeluTanhDerivative<V, T>(x);
    }

    readonly struct SiluSlopeMap : IMap
    {
        public static V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => VectorMath.SiluDerivative<V, T>(x);
    }
}
