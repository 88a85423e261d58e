using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Styles;

/// <summary>Lines on paper.</summary>
static class Drawings
{
    internal static void Pencil(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int i = 0; i < from.Length; i++)
        {
            int x = i % size, y = i / size;
            float luma = Rgb.Luma(from[i].AsVector3()), unit = 64f / size;
            float hatch = Hatch((x + y) * unit, 2.6f), cross = Hatch((x - y) * unit, 3.2f);
            float tone = (0.34f * Math.Clamp(0.85f - luma, 0, 1) * (0.55f + hatch)) + (luma < 0.35f ? 0.16f * cross : 0);
            tone += 1.1f * Math.Clamp(Filters.Edge(from, size, x, y) - 0.07f, 0, 0.75f);
            tone += 0.05f * (Noise.At(x, y, seed) - 0.5f);
            to[i] = new(Rgb.Mix(Rgb.Hex(0xFAF8F2), Rgb.Hex(0x38383E), Math.Clamp(tone, 0, 1)), 1);
        }
    }

    internal static void Ink(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int i = 0; i < from.Length; i++)
        {
            float luma = Rgb.Luma(from[i].AsVector3()), edge = Filters.Edge(from, size, i % size, i / size);
            float black = Math.Max(Noise.Step(0.26f, 0.56f, edge), Noise.Step(0.26f, 0.12f, luma));
            to[i] = new(Rgb.Mix(luma > 0.55f ? Rgb.Hex(0xFBF7EC) : Rgb.Hex(0xD9CFBC), Rgb.Hex(0x1C1B22), Math.Clamp(black, 0, 1)), 1);
        }
    }

    internal static void Crayon(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        float unit = 64f / size;
        for (int i = 0; i < from.Length; i++)
        {
            int x = i % size, y = i / size;
            float u = x * unit, v = y * unit;
            float grain = Noise.Smooth((u + v) * 0.35f, (u - v) * 1.5f, seed), paper = Noise.At(x, y, seed + 1);
            float cover = 0.45f + (0.55f * Noise.Step(0.1f, 0.6f, (0.8f * grain) + (0.2f * paper)));
            var colour = Filters.Vivid(from[i].AsVector3(), 1.45f);
            colour = Rgb.Mix(colour, colour * 0.55f, 0.8f * Math.Clamp(Filters.Edge(from, size, x, y) - 0.12f, 0, 1));
            to[i] = new(Rgb.Mix(Rgb.Hex(0xFBF6EA), Vector3.Min(colour * 1.06f, Vector3.One), cover), 1);
        }
    }

    internal static void Blueprint(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        float unit = 64f / size;
        for (int i = 0; i < from.Length; i++)
        {
            int x = i % size, y = i / size;
            float line = Math.Clamp((Filters.Edge(from, size, x, y) - 0.06f) * 2, 0, 0.95f);
            float grid = (x * unit) % 8 < unit || (y * unit) % 8 < unit ? 0.13f : 0;
            float tone = 0.1f * Rgb.Luma(from[i].AsVector3());
            to[i] = new(Rgb.Mix(Rgb.Hex(0x1F4E96), Rgb.Hex(0xEAF4FF), Math.Clamp(Math.Max(line, grid) + tone, 0, 1)), 1);
        }
    }

    static float Hatch(float at, float period)
    {
        float t = (at / period) - MathF.Floor(at / period);
        return MathF.Abs((2 * t) - 1);
    }
}
