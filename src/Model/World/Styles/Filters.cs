using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Styles;

/// <summary>What several styles read from a picture.</summary>
static class Filters
{
    internal static Vector3 At(ReadOnlySpan<Vector4> picture, int size, int x, int y)
        => picture[(Math.Clamp(y, 0, size - 1) * size) + Math.Clamp(x, 0, size - 1)].AsVector3();

    /// <summary>Strength of the edge at a pixel: the length of the Sobel gradient of all colours.</summary>
    internal static float Edge(ReadOnlySpan<Vector4> picture, int size, int x, int y)
    {
        Vector3 a = At(picture, size, x - 1, y - 1), b = At(picture, size, x, y - 1), c = At(picture, size, x + 1, y - 1),
            d = At(picture, size, x - 1, y);
        Vector3 e = At(picture, size, x + 1, y), f = At(picture, size, x - 1, y + 1), g = At(picture, size, x, y + 1),
            h = At(picture, size, x + 1, y + 1);
        var across = c + (2 * e) + h - a - (2 * d) - f;
        var down = f + (2 * g) + h - a - (2 * b) - c;
        var square = (across * across) + (down * down);
        return MathF.Sqrt(square.X + square.Y + square.Z) * 0.25f;
    }

    internal static Vector3 Mean(ReadOnlySpan<Vector4> picture, int size, int left, int top, int right, int bottom)
    {
        var sum = Vector3.Zero;
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
                sum += At(picture, size, x, y);
        }
        return sum / Math.Max(1, (right - left) * (bottom - top));
    }

    internal static Vector3 Vivid(Vector3 colour, float factor)
        => Vector3.Clamp(Rgb.Mix(new(Rgb.Luma(colour)), colour, factor), Vector3.Zero, Vector3.One);
}
