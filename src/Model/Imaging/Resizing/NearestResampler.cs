namespace SuTI.Model.Imaging;

/// <summary>
/// Resizes by taking the pixel that the middle of each new one falls on, as Pillow's affine transform does.
/// </summary>
static class NearestResampler
{
    /// <returns>(newHeight, newWidth, channels).</returns>
    internal static T[] Resize<T>(
        ReadOnlySpan<T> samples, int width, int height, int channels, int newWidth, int newHeight, ResizeBox box)
    {
        int[] columns = Places(width, box.Left, box.Width, newWidth),
            rows = Places(height, box.Top, box.Height, newHeight);
        var result = new T[(long)newWidth * newHeight * channels];
        for (int y = 0; y < newHeight; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                samples.Slice(((rows[y] * width) + columns[x]) * channels, channels)
                    .CopyTo(result.AsSpan(((y * newWidth) + x) * channels));
            }
        }
        return result;
    }

    // The position is summed up, not multiplied: the same rounding as Pillow's.
    static int[] Places(int size, float from, float length, int newSize)
    {
        double step = (double)length / newSize, position = from + (step * 0.5);
        int[] places = new int[newSize];
        for (int i = 0; i < newSize; i++, position += step)
            places[i] = Math.Clamp((int)position, 0, size - 1);
        return places;
    }
}
