using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>A square of premultiplied colours (red, green, blue, opacity) that figures are drawn on.</summary>
sealed class Canvas(int size)
{
    internal int Size => size;

    internal Vector4[] Pixels { get; } = new Vector4[size * size];

    /// <summary>Of each pixel, what share is the subject's; what is drawn over it takes its part away. Null: not kept.</summary>
    internal float[]? Visible { get; set; }

    internal void Draw(Figure figure, in Placement at, in Light light, float lineUnits)
    {
        var seen = at.Seen(light);
        foreach (ref readonly var part in figure.Parts)
            Fill(part, figure, at, seen, Math.Max(lineUnits * part.Paint.Line * at.PixelsAUnit, part.Paint.Line * 0.55f));
    }

    /// <summary>Lays one colour over a pixel.</summary>
    internal void Over(int index, Vector3 colour, float opacity)
    {
        var below = Pixels[index];
        Pixels[index] = new Vector4(colour * opacity, opacity) + (below * (1 - opacity));
        if (Visible is { } visible)
            visible[index] *= 1 - opacity;
    }

    void Fill(in Part part, Figure figure, in Placement at, in Light light, float linePixels)
    {
        var paint = part.Paint;
        float pixels = at.PixelsAUnit, soft = Math.Max(paint.Soft * pixels, 1), blur = 1 / pixels;
        var shift = at.Depth * part.Depth;
        var (left, top, right, bottom) = Bounds(part, at, shift, (0.5f * soft) + 1);
        var clip = part.Clip < 0 ? default : figure.Parts[part.Clip];
        var clipShift = part.Clip < 0 ? default : (at.Depth * clip.Depth) - shift;
        // Where neither pattern nor relief changes it, the colour is the same all over.
        bool isEven = paint.Pattern == Pattern.Plain && paint.Gloss == 0 && (paint.Relief == 0 || paint.IsBright);
        var even = Lit(paint, part, part.Middle, light, blur);
        var line = Rgb.Mix(paint.Colour * 0.32f, new(0.08f, 0.07f, 0.12f), 0.35f);
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
            {
                var p = at.ToLocal(x + 0.5f, y + 0.5f) - shift;
                float distance = part.Distance(p, figure.Points) * pixels;
                float cover = 0.5f - (distance / soft);
                if (cover <= 0)
                    continue;
                cover = paint.Soft > 0 ? Noise.Ease(Math.Min(cover, 1)) : Math.Min(cover, 1);
                if (part.Clip >= 0)
                    cover *= Math.Clamp(0.5f - (clip.Distance(p - clipShift, figure.Points) * pixels), 0, 1);
                cover *= paint.Opacity;
                if (cover <= 0.002f)
                    continue;
                var colour = isEven ? even : Lit(paint, part, p, light, blur);
                if (linePixels > 0)
                    colour = Rgb.Mix(colour, line, Math.Clamp(linePixels + distance, 0, 1) * Math.Min(1, linePixels + 0.35f) * 0.85f);
                Over((y * size) + x, colour, cover);
            }
        }
    }

    static Vector3 Lit(in Paint paint, in Part part, Vector2 p, in Light light, float blur)
    {
        float x = p.X - part.Middle.X, y = p.Y - part.Middle.Y;
        var colour = paint.Pattern == Pattern.Plain ? paint.Colour
            : Rgb.Mix(paint.Colour, paint.Second, PatternField.Share(paint, x, y, blur));
        if (paint.IsBright)
            return colour;
        // Every part is lit as the ellipsoid in its box.
        float nx = x / part.Half.X * 0.95f, ny = y / part.Half.Y * 0.95f;
        float facing = (nx * light.Direction.X) + (ny * light.Direction.Y)
            + (MathF.Sqrt(Math.Max(0.04f, 1 - (nx * nx) - (ny * ny))) * light.Direction.Z);
        float share = 0.62f + (paint.Relief * ((0.5f * facing) - 0.12f));
        colour *= Rgb.Mix(light.Shade, light.Sun, Math.Clamp(share, 0, 1));
        if (paint.Gloss > 0)
        {
            float shine = Math.Max(0, (facing - 0.86f) / 0.14f);
            colour += new Vector3(paint.Gloss * shine * shine * 0.8f);
        }
        return Vector3.Min(colour, Vector3.One);
    }

    (int Left, int Top, int Right, int Bottom) Bounds(in Part part, in Placement at, Vector2 shift, float margin)
    {
        var reach = part.Reach + new Vector2(part.Paint.Soft * 0.5f);
        Vector2 low = new(float.MaxValue), high = new(float.MinValue);
        for (int corner = 0; corner < 4; corner++)
        {
            var p = at.ToPixel(part.Middle + shift + new Vector2((corner & 1) == 0 ? -reach.X : reach.X, corner < 2 ? -reach.Y : reach.Y));
            low = Vector2.Min(low, p);
            high = Vector2.Max(high, p);
        }
        return (Pixel(low.X - margin), Pixel(low.Y - margin), Pixel(high.X + margin + 1), Pixel(high.Y + margin + 1));
    }

    int Pixel(float value) => (int)Math.Clamp(value, 0, size);
}
