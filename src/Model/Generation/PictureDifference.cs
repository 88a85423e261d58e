using SuTI.Model.Imaging;

namespace SuTI.Model.Generation;

/// <summary>How one picture of a size differs from another.</summary>
/// <param name="Samples">That differ.</param>
/// <param name="Total">Samples of a picture.</param>
/// <param name="Largest">Difference, of 255.</param>
/// <param name="Decibels">Peak signal-to-noise ratio; infinite for equal pictures.</param>
public sealed record PictureDifference(long Samples, long Total, int Largest, double Decibels)
{
    public bool IsNone => Samples == 0;

    /// <exception cref="ImageException">The sizes or kinds differ.</exception>
    public static PictureDifference Between(Image a, Image b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Width != b.Width || a.Height != b.Height || a.Channels != b.Channels || a.Depth != 8 || b.Depth != 8)
            throw new ImageException("compare", "pictures of different kinds cannot be compared", a.ToString(), b.ToString());
        long differ = 0, squares = 0;
        int largest = 0;
        ReadOnlySpan<byte> left = a.Bytes, right = b.Bytes;
        for (int i = 0; i < left.Length; i++)
        {
            int gap = Math.Abs(left[i] - right[i]);
            if (gap == 0)
                continue;
            differ++;
            squares += gap * gap;
            largest = Math.Max(largest, gap);
        }
        double mean = squares / (double)left.Length;
        return new(differ, left.Length, largest, squares == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255 / mean));
    }
}
