using System.Numerics;

namespace SuTI.Kernels.Tests;

/// <summary>Comparison of whole arrays; one assertion for all elements, since NUnit's cost more than the kernels.</summary>
static class Close
{
    /// <summary>|got − want| ≤ tolerance · max(1, |want|) for all elements; infinities and NaN must agree.</summary>
    public static void All<T>(ReadOnlySpan<T> got, Func<int, double> want, double tolerance, string what) where T : INumberBase<T>
    {
        for (int i = 0; i < got.Length; i++)
        {
            double have = double.CreateChecked(got[i]), exact = want(i);
            bool isSame = double.IsFinite(exact) ? Math.Abs(have - exact) <= tolerance * Math.Max(1, Math.Abs(exact)) : have.Equals(exact);
            if (!isSame)
                Assert.Fail($"{what}, element {i}: expected {exact:R}, got {have:R}, off by {have - exact:E2}");
        }
    }

    /// <summary>Sum with Neumaier's compensation.</summary>
    public static double Sum(IEnumerable<double> values)
    {
        double sum = 0, lost = 0;
        foreach (double v in values)
        {
            double next = sum + v;
            lost += Math.Abs(sum) >= Math.Abs(v) ? sum - next + v : v - next + sum;
            sum = next;
        }
        return sum + lost;
    }
}
