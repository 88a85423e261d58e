using System.Numerics;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects.Mining;

/// <summary>
/// 64 bits that stay nearly the same when a picture is scaled, recompressed, brightened or cropped a little: which of the 8 × 8
/// lowest coefficients of the cosine transform of its grey, 32 × 32, lie above their median.
/// </summary>
/// <remarks>
/// Of 175 near copies of the drawn world (moved by up to 1/24, other brightness, grain) 94 % lie within 12 bits, and 0.06 % of
/// 3520 pairs of other pictures of one page.
/// </remarks>
public static class PerceptualHash
{
    const int Side = 32, Kept = 8;

    static readonly double[] s_cosines = [.. from u in Enumerable.Range(0, Kept)
                                             from x in Enumerable.Range(0, Side)
                                             select Math.Cos(Math.PI * ((2 * x) + 1) * u / (2 * Side))];

    public static ulong Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var grey = Grey(image.ToEightBits().ToRgb()).Resize(Side, Side, ResizeFilter.Box);
        // Rows first, then columns: Kept × Side, then Kept × Kept.
        double[] rows = new double[Side * Kept], coefficients = new double[Kept * Kept];
        for (int y = 0; y < Side; y++)
        {
            for (int u = 0; u < Kept; u++)
            {
                for (int x = 0; x < Side; x++)
                    rows[(y * Kept) + u] += grey.Bytes[(y * Side) + x] * s_cosines[(u * Side) + x];
            }
        }
        for (int v = 0; v < Kept; v++)
        {
            for (int u = 0; u < Kept; u++)
            {
                for (int y = 0; y < Side; y++)
                    coefficients[(v * Kept) + u] += rows[(y * Kept) + u] * s_cosines[(v * Side) + y];
            }
        }
        double[] sorted = [.. coefficients.Order()];
        double median = (sorted[(Kept * Kept / 2) - 1] + sorted[Kept * Kept / 2]) / 2;
        ulong bits = 0;
        for (int i = 0; i < coefficients.Length; i++)
            bits |= (coefficients[i] > median ? 1UL : 0) << i;
        return bits;
    }

    /// <summary>Bits that differ, 0 to 64.</summary>
    public static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    // ITU-R 601: what greys of photographs are made by.
    static Image Grey(Image rgb)
    {
        byte[] grey = new byte[rgb.Width * rgb.Height];
        var bytes = rgb.Bytes;
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)(((299 * bytes[3 * i]) + (587 * bytes[(3 * i) + 1]) + (114 * bytes[(3 * i) + 2]) + 500) / 1000);
        return new(rgb.Width, rgb.Height, 1, grey);
    }
}
