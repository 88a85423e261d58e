using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Styles;

/// <summary>Few cells or few colours.</summary>
static class Grids
{
    // Cells from left to right, whatever the size.
    const int PixelCells = 30, MosaicCells = 20;

    internal static void PixelArt(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int row = 0; row < PixelCells; row++)
        {
            for (int column = 0; column < PixelCells; column++)
            {
                int left = column * size / PixelCells, right = (column + 1) * size / PixelCells, top = row * size / PixelCells,
                    bottom = (row + 1) * size / PixelCells;
                var colour = Stepped(Filters.Vivid(Filters.Mean(from, size, left, top, right, bottom), 1.25f), 6);
                for (int y = top; y < bottom; y++)
                    to[((y * size) + left)..((y * size) + right)].Fill(new(colour, 1));
            }
        }
    }

    /// <summary>Stones of uneven shape: each pixel belongs to the nearest of the moved middles of cells, with pale joints.</summary>
    internal static void Mosaic(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        float cell = size / (float)MosaicCells;
        for (int i = 0; i < from.Length; i++)
        {
            float x = (i % size) / cell, y = (i / size) / cell, first = float.MaxValue, second = float.MaxValue;
            var stone = Vector2.Zero;
            for (int v = (int)y - 1; v <= (int)y + 1; v++)
            {
                for (int u = (int)x - 1; u <= (int)x + 1; u++)
                {
                    Vector2 middle = new(u + 0.2f + (0.6f * Noise.At(u, v, seed)), v + 0.2f + (0.6f * Noise.At(u, v, seed + 1)));
                    float dx = middle.X - x, dy = middle.Y - y, distance = (dx * dx) + (dy * dy);
                    if (distance < first)
                        (second, first, stone) = (first, distance, middle);
                    else if (distance < second)
                        second = distance;
                }
            }
            float joint = Noise.Step(-0.08f, 0.22f, MathF.Sqrt(second) - MathF.Sqrt(first));
            var colour = Filters.Vivid(Filters.At(from, size, (int)(stone.X * cell), (int)(stone.Y * cell)), 1.2f);
            to[i] = new(Rgb.Mix(Rgb.Mix(colour, Rgb.Hex(0xE9E2D4), 0.6f),
                colour * (0.94f + (0.12f * Noise.At((int)(stone.X * 9), (int)(stone.Y * 9), seed))), joint), 1);
        }
    }

    /// <summary>Four steps a channel and dark lines.</summary>
    internal static void Poster(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int i = 0; i < from.Length; i++)
        {
            var colour = Stepped(Filters.Vivid(from[i].AsVector3(), 1.5f), 4);
            to[i] = new(colour * (1 - (0.75f * Noise.Step(0.28f, 0.6f, Filters.Edge(from, size, i % size, i / size)))), 1);
        }
    }

    static Vector3 Stepped(Vector3 colour, int steps)
        => new(MathF.Round(colour.X * (steps - 1)) / (steps - 1), MathF.Round(colour.Y * (steps - 1)) / (steps - 1),
        MathF.Round(colour.Z * (steps - 1)) / (steps - 1));
}
