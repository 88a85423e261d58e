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
}
