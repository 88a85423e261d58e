namespace SuTI.Model.World.Drawing;

/// <summary>How the second colour of a paint lies on the first.</summary>
public enum Pattern
{
    Plain,
    Striped,
    Banded,
    Dotted,
    Checked,
    Patched,
    Zigzag,
    Speckled,
    Shaded,
}

/// <summary>Shares of the second colour at a point of a part, patterns being fixed in the coordinates of the figure.</summary>
static class PatternField
{
    /// <param name="paint">Pattern, scale (repeats a unit) and seed.</param>
    /// <param name="x">From the middle of the part.</param>
    /// <param name="y">As x, downwards.</param>
    /// <param name="blur">Units in one pixel, over which edges are smoothed.</param>
    internal static float Share(in Paint paint, float x, float y, float blur)
    {
        float scale = paint.Scale, edge = Math.Max(blur * scale, 0.02f);
        x *= scale;
        y *= scale;
        switch (paint.Pattern)
        {
            case Pattern.Striped:
                return Wave(x + (y * 0.25f), edge);
            case Pattern.Banded:
                return Wave(y, edge);
            case Pattern.Zigzag:
                return Wave(y + (Triangle(x * 1.2f) * 0.6f), edge);
            case Pattern.Checked:
                float a = Wave(x, edge), b = Wave(y, edge);
                return a + b - (2 * a * b);
            case Pattern.Dotted:
                return Dots(x, y, 0.3f, edge);
            case Pattern.Speckled:
                return Dots((x * 1.7f) + Noise.Smooth(x, y, paint.Seed), (y * 1.7f) + Noise.Smooth(y, x, paint.Seed + 9), 0.2f,
                    edge * 1.7f);
            case Pattern.Patched:
                return Noise.Step(0.52f - (0.5f * edge), 0.54f + (0.5f * edge), Noise.Smooth((x * 0.9f) + 20, (y * 0.9f) + 20, paint.Seed));
            case Pattern.Shaded:
                return Noise.Step(-0.6f, 0.8f, y / Math.Max(scale, 0.1f));
            default:
                return 0;
        }
    }

    // A square wave of period 1 with smoothed edges.
    static float Wave(float x, float edge)
    {
        float t = MathF.Abs(Fraction(x) - 0.5f) * 2;
        return Noise.Step(0.5f - edge, 0.5f + edge, t);
    }

    static float Triangle(float x) => MathF.Abs(Fraction(x) - 0.5f);

    static float Dots(float x, float y, float radius, float edge)
    {
        // Every other row is moved by half a step.
        float row = MathF.Floor(y);
        float dx = Fraction(x + (0.5f * (row - (2 * MathF.Floor(row / 2))))) - 0.5f, dy = y - row - 0.5f;
        float distance = MathF.Sqrt((dx * dx) + (dy * dy)) - radius;
        return 1 - Noise.Step(-edge * 0.5f, edge * 0.5f, distance);
    }

    static float Fraction(float x) => x - MathF.Floor(x);
}
