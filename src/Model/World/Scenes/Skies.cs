using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Skies
{
    static readonly Light s_space = Light.From(-0.7f, -0.45f, new(1.24f, 1.2f, 1.18f), new(0.4f, 0.4f, 0.58f));

    internal static readonly Scene[] All =
    [
        new("space", "in space", Space) { IsFloating = true, Light = s_space },
        new("moon", "on the moon", Moon) { Light = s_space, Shadow = 0.6f },
        new("clouds", "on a cloud", Clouds) { Before = Puffs, Shadow = 0.15f },
    ];

    static void Space(Backdrop b)
    {
        uint seed = b.Seed();
        var tint = b.Random.Pick([Rgb.Hex(0x6A3F8C), Rgb.Hex(0x2F6A8C), Rgb.Hex(0x8C3F5F)]);
        b.Field(0, 1, (x, y) =>
        {
            float cloud = Noise.Rough(x * 3, y * 3, seed) - (0.8f * MathF.Abs(x + y - 1));
            return Rgb.Mix(Rgb.Hex(0x0E1030), tint, Noise.Step(-0.1f, 0.8f, cloud));
        });
        b.Stars(60);
        float px = b.Random.Chance(0.5) ? b.Range(0.08f, 0.2f) : b.Range(0.8f, 0.92f), py = b.Range(0.12f, 0.3f), r = b.Range(0.08f, 0.13f);
        var planet = new Paint(b.Random.Pick([Rgb.Hex(0xE0A05A), Rgb.Hex(0xC86A5A), Rgb.Hex(0x6AB0A8)]))
        {
            Second = Rgb.Hex(0xF3DCB4),
            Pattern = Pattern.Banded,
            Scale = 14,
            Relief = 1,
            Line = 0
        };
        b.Figure.Disc(planet, px, py, r);
        b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0xF0DDB8), 0.9f), px, py + (r * 0.1f), r * 1.7f, r * 0.2f, -18);
        b.Figure.Ellipse(planet with { Pattern = Pattern.Plain }, px, py - (r * 0.32f), r * 0.86f, r * 0.6f);
        b.Figure.Disc(new Paint(b.Near(0x9AA8C8)) { Line = 0 }, 1 - px, b.Range(0.75f, 0.9f), 0.04f);
        b.Shapes();
    }

    static void Moon(Backdrop b)
    {
        b.Gradient(Rgb.Hex(0x0B0D22), Rgb.Hex(0x24284C), 0, 0.7f);
        b.Stars(40, 0.62f);
        float x = b.Range(0.15f, 0.85f);
        int earth = b.Figure.Disc(new Paint(Rgb.Hex(0x3F86D0)) { Relief = 1, Line = 0 }, x, 0.2f, 0.11f);
        b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0x5FAE6A)), x - 0.03f, 0.17f, 0.05f, 0.035f, 30, 0, earth);
        b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0x5FAE6A)), x + 0.05f, 0.25f, 0.04f, 0.03f, -20, 0, earth);
        b.Figure.Ellipse(Paint.Flat(Rgb.White, 0.8f, 0.02f), x + 0.02f, 0.14f, 0.06f, 0.014f, 10, 0, earth);
        b.Shapes();
        b.Ridge(0.66f, 0.1f, 3, depth => Rgb.Mix(Rgb.Hex(0xB4B4BE), Rgb.Hex(0x8E8E9C), Math.Min(1, depth * 3)));
        b.Ridge(0.78f, 0.06f, 2, depth => Rgb.Mix(Rgb.Hex(0xCFCFD6), Rgb.Hex(0xA4A4B0), Math.Min(1, depth * 4)));
        b.Grain(0.6f, 1, 0.14f, 30, 40);
        for (int i = 0; i < 8; i++)
        {
            float cx = b.Range(0, 1), cy = b.Range(0.78f, 0.98f), w = 0.02f + ((cy - 0.7f) * b.Range(0.1f, 0.24f));
            b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0xE0E0E6)), cx, cy + 0.006f, w * 1.08f, w * 0.44f);
            b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0x84848F)), cx, cy, w, w * 0.36f);
        }
        b.Shapes();
    }

    static void Clouds(Backdrop b)
    {
        b.Gradient(b.Near(0x4E9CE6), b.Near(0xC4E4F8));
        if (b.Random.Chance(0.5))
        {
            ReadOnlySpan<int> bow = [0xE8585A, 0xF0A040, 0xF4DC58, 0x62B864, 0x4E8CD8, 0x8A66C0];
            for (int i = 0; i < bow.Length; i++)
                b.Figure.Arc(Paint.Flat(Rgb.Hex(bow[i]), 0.75f), 0.5f, 0.8f, 0.66f - (0.032f * i), 0.034f, 180, 360);
            b.Shapes();
        }
        b.Clouds(4, 0.1f, 0.5f, Rgb.White, 0.9f);
        for (int i = 0; i < 9; i++)
            b.Figure.Ellipse(new Paint(Rgb.Hex(0xFAFCFF)) { Relief = 0.5f, Line = 0 }, i / 8f, b.Range(0.88f, 0.94f),
                b.Range(0.12f, 0.17f), b.Range(0.09f, 0.13f));
        b.Shapes();
    }

    static void Puffs(Backdrop b)
    {
        for (int i = 0; i < 8; i++)
            b.Figure.Ellipse(Paint.Flat(Rgb.White, 0.95f, 0.03f), i / 7f, b.Range(0.97f, 1.02f), b.Range(0.1f, 0.14f),
                b.Range(0.05f, 0.075f));
        b.Shapes();
    }
}
