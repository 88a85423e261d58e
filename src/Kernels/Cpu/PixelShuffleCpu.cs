namespace SuTI.Kernels;

/// <summary>
/// Exchanges channels for pixels: y[n, h·r + i, w·r + j, c] = x[n, h, w, c·r² + i·r + j], PyTorch's order of channels,
/// on images stored channels last. The gradient of either direction is the other.
/// </summary>
public static class PixelShuffleCpu
{
    /// <summary>x (N, H, W, C·r²) to y (N, H·r, W·r, C).</summary>
    /// <exception cref="ArgumentException">A span is shorter than these sizes.</exception>
    public static void Shuffle<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int batch, int height, int width,
        int channels, int factor)
        where T : unmanaged
    {
        Span<long> strides = stackalloc long[6];
        CopyCpu.ToContiguous(pool, x, y, [batch, height, factor, width, factor, channels],
            Strides(strides, height, width, channels, factor));
    }

    /// <summary>x (N, H·r, W·r, C) to y (N, H, W, C·r²).</summary>
    /// <exception cref="ArgumentException">A span is shorter than these sizes.</exception>
    public static void Unshuffle<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int batch, int height, int width,
        int channels, int factor)
        where T : unmanaged
    {
        Span<long> strides = stackalloc long[6];
        CopyCpu.FromContiguous(pool, x, y, [batch, height, factor, width, factor, channels],
            Strides(strides, height, width, channels, factor));
    }

    // Strides of the deep image for the axes n, h, i, w, j, c.
    static ReadOnlySpan<long> Strides(Span<long> strides, int height, int width, int channels, int factor)
    {
        long pixel = (long)channels * factor * factor;
        strides[0] = height * width * pixel;
        strides[1] = width * pixel;
        strides[2] = factor;
        strides[3] = pixel;
        strides[4] = 1;
        strides[5] = (long)factor * factor;
        return strides;
    }
}
