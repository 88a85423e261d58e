namespace SuTI.Model.Diffusion;

/// <summary>
/// Noise ratios σ/α spaced evenly in their 1/ρ-th power (Karras et al., Elucidating the Design Space of Diffusion-Based
/// Generative Models, 2022, equation 5).
/// </summary>
public static class KarrasRatios
{
    /// <summary>ρ.</summary>
    public const double Exponent = 7;

    /// <returns>From <paramref name="largest"/> down to <paramref name="smallest"/>.</returns>
    public static double[] Spaced(double largest, double smallest, int count)
    {
        double high = Math.Pow(largest, 1 / Exponent), low = Math.Pow(smallest, 1 / Exponent);
        double[] ratios = new double[count];
        for (int i = 0; i < count; i++)
            ratios[i] = Math.Pow(high + ((count == 1 ? 0 : (double)i / (count - 1)) * (low - high)), Exponent);
        return ratios;
    }

    /// <summary>
    /// The time, between the steps of training too, whose ratio this is: ln σ/α is taken to be linear in between.
    /// </summary>
    /// <param name="rising">The ratios of all steps.</param>
    internal static double TimeOf(double ratio, double[] rising)
    {
        int above = Array.FindIndex(rising, value => value >= ratio);
        if (above < 0)
            return rising.Length - 1;
        if (above == 0)
            return 0;
        double low = Math.Log(rising[above - 1]), high = Math.Log(rising[above]);
        return above - 1 + ((Math.Log(ratio) - low) / (high - low));
    }
}
