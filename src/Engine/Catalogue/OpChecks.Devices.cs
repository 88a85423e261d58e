using System.Globalization;

namespace SuTI.Engine.Catalogue;

public static partial class OpChecks
{
    // What rounding one value to a half type may cost beside the largest: the plain composition can be lucky, never this much.
    const double BFloat16Roundoff = 1.0 / 256, Float16Roundoff = 1.0 / 2048;

    /// <summary>
    /// Another device against f64 on the processor, forward and gradients: f32 within the variant's bound, half types within
    /// twice the error of the plain composition of ops in that type (Dao et al., FlashAttention, 2022, use the same rule).
    /// </summary>
    public static string? Against(OpVariant variant, Device device, DType dtype)
        => Against(variant, device, dtype, masters: false)
            ?? (dtype.IsHalf() && Array.Exists(variant.Inputs, input => input.IsWeight) ? Against(variant, device, dtype, masters: true) : null);

    /// <summary>Asks a device for all that <see cref="Against(OpVariant, Device, DType)"/> would, without looking at a value.</summary>
    internal static void Exercise(OpVariant variant, Device device, DType dtype)
    {
        Evaluate(variant, dtype, device, dtype);
        if (dtype.IsHalf() && Array.Exists(variant.Inputs, input => input.IsWeight))
            Evaluate(variant, dtype, device, dtype, masters: true);
    }

    static string? Against(OpVariant variant, Device device, DType dtype, bool masters)
    {
        var (expected, expectedGradients) = Evaluate(variant, DType.Float64, Device.Cpu, dtype, masters);
        var (y, gradients) = Evaluate(variant, dtype, device, dtype, masters);
        if (dtype == DType.Float32)
        {
            double bound = variant.SingleTolerance;
            string? wrong = Compare(y, expected, bound, bound, "f32 forward");
            for (int i = 0; i < gradients.Length && wrong is null; i++)
                wrong = Compare(gradients[i], expectedGradients[i], bound, bound, $"f32 gradient {i}", variant.CancellingTerms);
            return wrong;
        }
        (double[] Y, double[][] Gradients) plain;
        using (ResultRounding.To(dtype))
            plain = Evaluate(variant, DType.Float32, Device.Cpu, dtype); // rounds masters too, as reading them does
        string? worse = NoWorse(y, plain.Y, expected, dtype, $"{dtype.Label()} forward{(masters ? " with f32 weights" : "")}");
        for (int i = 0; i < gradients.Length && worse is null; i++)
            worse = NoWorse(gradients[i], plain.Gradients[i], expectedGradients[i], dtype, $"{dtype.Label()} gradient {i}", variant.CancellingTerms);
        return worse;
    }

    static string? NoWorse(double[] found, double[] plain, double[] expected, DType dtype, string what,
        double terms = 0)
    {
        if (found.Length != expected.Length)
            return $"{what}: {found.Length} values, expected {expected.Length}";
        double scale = 0, plainWorst = 0, plainNorm = 0, worst = 0, norm = 0, expectedNorm = 0;
        int at = -1;
        for (int i = 0; i < found.Length; i++)
        {
            if (!double.IsFinite(expected[i]) || !double.IsFinite(plain[i]))
            {
                // Where the plain composition overflows or is undefined, the kernel may be so too, or right.
                if (found[i].Equals(plain[i]) || found[i].Equals(expected[i]) || double.IsFinite(expected[i]))
                    continue;
                return string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} is {found[i]:R}, expected {expected[i]:R}");
            }
            double gap = Math.Abs(found[i] - expected[i]), plainGap = Math.Abs(plain[i] - expected[i]);
            if (!double.IsFinite(gap))
                return string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} is {found[i]:R}, expected {expected[i]:R}");
            scale = Math.Max(scale, Math.Abs(expected[i]));
            plainWorst = Math.Max(plainWorst, plainGap);
            (plainNorm, norm, expectedNorm) = (plainNorm + (plainGap * plainGap), norm + (gap * gap), expectedNorm + (expected[i] * expected[i]));
            if (gap > worst)
                (worst, at) = (gap, i);
        }
        (scale, expectedNorm) = (Math.Max(scale, terms), Math.Max(expectedNorm, terms * terms));
        double roundoff = dtype == DType.BFloat16 ? BFloat16Roundoff : Float16Roundoff;
        double bound = (2 * plainWorst) + (roundoff * scale), normBound = (2 * Math.Sqrt(plainNorm)) + (roundoff / 2 * Math.Sqrt(expectedNorm));
        return worst <= bound && Math.Sqrt(norm) <= normBound ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}: element {at} is {found[at]:R}, expected {expected[at]:R}: gap {worst:E2} beside {plainWorst:E2} of the plain composition, norms {Math.Sqrt(norm):E2} and {Math.Sqrt(plainNorm):E2}");
    }
}
