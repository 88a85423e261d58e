namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Moves channels into pixels: y[n, h·r + i, w·r + j, c] = x[n, h, w, c·r² + i·r + j] for a factor r, PyTorch's
    /// order of channels.
    /// </summary>
    /// <returns>(n, h · r, w · r, c) for these images (n, h, w, c · r²).</returns>
    /// <exception cref="ShapeException">Not images, or channels that do not divide.</exception>
    /// <exception cref="SutiException">A factor below 1.</exception>
    public Tensor PixelShuffle(int factor)
    {
        var (n, h, w, c) = Images("pixel_shuffle", factor);
        if (c % (factor * factor) != 0)
            throw new ShapeException("pixel_shuffle", "the channels divide by the squared factor",
                $"a multiple of {factor * factor} channels", Shape.ToString());
        c /= factor * factor;
        return Reshape(n, h, w, c, factor, factor).Permute(0, 1, 4, 2, 5, 3).Reshape(n, h * factor, w * factor, c);
    }

    /// <summary>Moves pixels into channels, the inverse of <see cref="PixelShuffle"/>.</summary>
    /// <returns>(n, h / r, w / r, c · r²) for these images (n, h, w, c).</returns>
    /// <exception cref="ShapeException">Not images, or a height or width that does not divide.</exception>
    /// <exception cref="SutiException">A factor below 1.</exception>
    public Tensor PixelUnshuffle(int factor)
    {
        var (n, h, w, c) = Images("pixel_unshuffle", factor);
        if (h % factor != 0 || w % factor != 0)
            throw new ShapeException("pixel_unshuffle", "height and width divide by the factor",
                $"multiples of {factor}", Shape.ToString());
        (h, w) = (h / factor, w / factor);
        return Reshape(n, h, factor, w, factor, c).Permute(0, 1, 3, 5, 2, 4).Reshape(n, h, w, c * factor * factor);
    }

    (int N, int H, int W, int C) Images(string op, int factor)
    {
        Operands.RequireRank(op, this, 4, "images");
        if (factor < 1)
            throw new SutiException(op, "the factor is positive", "1 or more", $"{factor}");
        return (Shape[0], Shape[1], Shape[2], Shape[3]);
    }
}
