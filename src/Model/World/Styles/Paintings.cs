using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Styles;

static class Paintings
{
    /// <summary>Washed colours that run, dark where they end, on rough paper.</summary>
    internal static void Watercolour(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        float unit = size / 64f;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float u = x / unit, v = y / unit;
                int sx = (int)(x + (unit * 2.4f * (Noise.Smooth(u * 0.22f, v * 0.22f, seed) - 0.5f)));
                int sy = (int)(y + (unit * 2.4f * (Noise.Smooth(u * 0.22f, v * 0.22f, seed + 1) - 0.5f)));
                int reach = Math.Max(1, (int)(unit * 0.8f));
                var wash = (Filters.At(from, size, sx - reach, sy) + Filters.At(from, size, sx + reach, sy) + Filters.At(from, size, sx,
                    sy - reach)
                    + Filters.At(from, size, sx, sy + reach) + (Filters.At(from, size, sx, sy) * 2)) / 6;
                wash = Filters.Vivid(wash, 1.1f);
                float pigment = 0.62f + (0.3f * Noise.Rough(u * 0.12f, v * 0.12f, seed + 2));
                var colour = Rgb.Mix(Rgb.Hex(0xFDFAF2), wash, pigment);
                colour *= 1 - (0.3f * Math.Clamp(Filters.Edge(from, size, sx, sy) - 0.15f, 0, 1));
                colour *= 0.97f + (0.05f * Noise.At(x, y, seed + 3));
                float margin = Math.Min(Math.Min(u, v), Math.Min(64 - u, 64 - v)) - (2.6f * Noise.Smooth(u * 0.3f, v * 0.3f, seed + 4));
                to[(y * size) + x] = new(Rgb.Mix(Rgb.Hex(0xFDFAF2), Vector3.Min(colour, Vector3.One), Noise.Step(-0.6f, 1.2f, margin)), 1);
            }
        }
    }

    /// <summary>Strokes: each pixel takes the mean of the most even of four squares beside it (Kuwahara et al., 1976).</summary>
    internal static void Oil(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        int reach = Math.Max(2, size / 30);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                var best = Vector3.Zero;
                float least = float.MaxValue;
                for (int square = 0; square < 4; square++)
                {
                    int left = (square & 1) == 0 ? x - reach : x, top = square < 2 ? y - reach : y;
                    Vector3 sum = Vector3.Zero, squares = Vector3.Zero;
                    for (int v = top; v <= top + reach; v++)
                    {
                        for (int u = left; u <= left + reach; u++)
                        {
                            var colour = Filters.At(from, size, u, v);
                            sum += colour;
                            squares += colour * colour;
                        }
                    }
                    float count = (reach + 1) * (reach + 1);
                    var mean = sum / count;
                    var spread = (squares / count) - (mean * mean);
                    float variance = spread.X + spread.Y + spread.Z;
                    if (variance < least)
                        (least, best) = (variance, mean);
                }
                float stroke = 0.94f + (0.12f * Noise.Smooth((x + (y * 0.6f)) * 24f / size, (y - x) * 70f / size, seed));
                to[(y * size) + x] = new(Vector3.Min(Filters.Vivid(best, 1.25f) * stroke, Vector3.One), 1);
            }
        }
    }
}
