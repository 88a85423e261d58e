namespace SuTI.Kernels.Tests;

/// <summary>Gradients of Σ dy · f(x) by central differences in double.</summary>
static class CentralDifference
{
    /// <summary>Fails unless <paramref name="gradient"/> is that of <paramref name="loss"/> by the elements of <paramref name="input"/>.</summary>
    /// <param name="loss">Reads <paramref name="input"/> anew each time.</param>
    /// <remarks>Of more than 200 elements some 200 are tried, from all over the input.</remarks>
    public static void Check(double[] input, double[] gradient, Func<double> loss, string what, double step = 1e-5, double tolerance = 2e-8)
    {
        // An odd stride meets all channels of an even number of them.
        int stride = (input.Length / 200) | 1;
        for (int i = 0; i < input.Length; i += stride)
        {
            double kept = input[i];
            input[i] = kept + step;
            double up = loss();
            input[i] = kept - step;
            double down = loss();
            input[i] = kept;
            double want = (up - down) / (2 * step);
            if (!(Math.Abs(gradient[i] - want) <= tolerance * Math.Max(1, Math.Abs(want))))
                Assert.Fail($"{what}, element {i}: numeric {want:R}, analytic {gradient[i]:R}");
        }
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (l, r) => l * r).Sum();
}
