using SuTI.Engine;

namespace SuTI.Model.Unet;

/// <summary>Times as sinusoids of falling frequencies (Vaswani et al. 2017, section 3.5).</summary>
public static class SinusoidalTime
{
    const double Longest = 10000;

    /// <summary>[sin(t·f), cos(t·f)], or the cosines first, with f from 1 down to 1/10000.</summary>
    /// <remarks>Angles are computed in f64: in f32 the rounding of t·f alone is 6e-5 at t = 999.</remarks>
    /// <param name="width">An odd one ends with a zero.</param>
    /// <param name="frequencyShift">Subtracted from the number of frequencies in the exponent's step.</param>
    /// <returns>(times, width), f32.</returns>
    public static Tensor Signal(ReadOnlySpan<double> times, int width, bool cosineFirst, double frequencyShift,
        Device device)
    {
        int half = width / 2;
        float[] values = new float[times.Length * width];
        for (int n = 0; n < times.Length; n++)
        {
            var row = values.AsSpan(n * width, width);
            for (int i = 0; i < half; i++)
            {
                double angle = times[n] * Math.Exp(-Math.Log(Longest) * i / (half - frequencyShift));
                row[cosineFirst ? i : half + i] = (float)Math.Cos(angle);
                row[cosineFirst ? half + i : i] = (float)Math.Sin(angle);
            }
        }
        return Tensor.From(values, [times.Length, width], device);
    }
}
