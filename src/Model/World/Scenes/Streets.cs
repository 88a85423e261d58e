using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Streets
{
    static readonly Light s_night = Light.From(-0.3f, -0.6f, new(1.05f, 1, 1.1f), new(0.42f, 0.42f, 0.64f));

    internal static readonly Scene[] All =
    [
        new("city night", "in a city at night", CityNight) { Light = s_night },
        new("brick wall", "in front of a brick wall", BrickWall),
        new("rainy street", "on a rainy street", RainyStreet) { Before = Rain,
            Light = Light.From(-0.2f, -0.7f, new(1.02f, 1.05f, 1.12f), new(0.52f, 0.56f, 0.68f)) },
        new("rooftop", "on a rooftop", Rooftop) { Light = Light.From(0.5f, -0.4f, new(1.2f, 1.05f, 0.95f), new(0.55f, 0.48f, 0.62f)) },
        new("ice rink", "on an ice rink", IceRink) { Light = Light.From(-0.3f, -0.7f, new(1.15f, 1.17f, 1.2f), new(0.58f, 0.64f, 0.78f)) },
        new("playground", "on a playground", Playground),
    ];

    static void Skyline(Backdrop b, float ground, float low, float high, int colour, int window, double lit)
    {
        for (int i = 0; i < 9; i++)
        {
            float x = (i + b.Range(-0.2f, 0.2f)) / 8, w = b.Range(0.05f, 0.085f), top = ground - b.Range(low, high);
            b.Figure.Box(Paint.Flat(b.Near(colour, 0.03f)), x, (top + ground + 0.1f) / 2, w, (ground + 0.1f - top) / 2, 0.003f);
            for (float y = top + 0.03f; y < ground - 0.02f; y += 0.05f)
            {
                for (float dx = -w + 0.025f; dx < w - 0.012f; dx += 0.038f)
                {
                    if (b.Random.Chance(lit))
                        b.Figure.Box(Paint.Glow(b.Near(window), 1, 0.004f), x + dx, y, 0.009f, 0.013f, 0.001f);
                }
            }
        }
        b.Shapes();
    }

    static void CityNight(Backdrop b)
    {
        b.Gradient(b.Near(0x141A3C), b.Near(0x5A4A86), 0, 0.74f);
        b.Stars(22, 0.4f);
        float x = b.Range(0.15f, 0.85f);
        b.Sun(x, 0.14f, 0.055f, Rgb.Hex(0xF7EFC8));
        Skyline(b, 0.72f, 0.2f, 0.5f, 0x2B2F5C, 0xFFD978, 0.45);
        b.Field(0.72f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0x4A4A68), Rgb.Hex(0x34344E), (y - 0.72f) / 0.28f));
        b.Figure.Box(Paint.Flat(Rgb.Hex(0x7C7C98)), 0.5f, 0.735f, 0.6f, 0.015f, 0.001f);
        for (int i = 0; i < 5; i++)
            b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xE8D890)), [.02f + (.22f * i), .955f, .13f + (.22f * i), .955f, .12f + (.22f * i), .975f,
                .01f + (.22f * i), .975f], 0.001f);
        foreach (float lamp in (ReadOnlySpan<float>)[0.08f, 0.92f])
        {
            b.Figure.Limb(Paint.Flat(Rgb.Hex(0x20223C)), lamp, 0.82f, lamp, 0.42f, 0.01f);
            b.Figure.Disc(Paint.Glow(Rgb.Hex(0xFFDF90), 0.6f, 0.16f), lamp, 0.4f, 0.1f);
            b.Figure.Disc(Paint.Glow(Rgb.Hex(0xFFF3C8), 1, 0.005f), lamp, 0.4f, 0.025f);
        }
        b.Shapes();
    }

    static void BrickWall(Backdrop b)
    {
        b.Bricks(0, 0.78f, 0.17f, 0.078f, b.Near(b.Random.Chance(0.7) ? 0xB4604A : 0xC9A184), Rgb.Hex(0xD9CBB8), 0.3f);
        b.Grain(0, 0.78f, 0.18f, 20, 20);
        if (b.Random.Chance(0.5))
        {
            float x = b.Random.Chance(0.5) ? 0.14f : 0.86f;
            b.Figure.Box(new Paint(Rgb.Hex(0xEFE6D2)) { Relief = 0.3f }, x, 0.2f, 0.12f, 0.15f, 0.004f);
            b.Figure.Box(Paint.Flat(Rgb.Hex(0x6F9DB8)), x, 0.2f, 0.095f, 0.125f, 0.002f);
            b.Figure.Box(Paint.Flat(Rgb.Hex(0xEFE6D2)), x, 0.2f, 0.008f, 0.13f, 0.001f);
            b.Figure.Box(Paint.Flat(Rgb.Hex(0xEFE6D2)), x, 0.2f, 0.1f, 0.008f, 0.001f);
            b.Shapes();
        }
        b.Bricks(0.78f, 1, 0.25f, 0.11f, b.Near(0xA8A49C), Rgb.Hex(0x837F78), 0.1f);
        b.Figure.Box(Paint.Flat(Rgb.Hex(0x6F6A62), 0.6f, 0.03f), 0.5f, 0.785f, 0.6f, 0.015f);
        b.Shapes();
    }

    static void RainyStreet(Backdrop b)
    {
        b.Gradient(b.Near(0x7C8BA0), b.Near(0xB4BFCB), 0, 0.7f);
        Skyline(b, 0.68f, 0.25f, 0.55f, 0x6C7A90, 0xFFE2A0, 0.3);
        for (int i = 0; i < 9; i++)
            b.Figure.Disc(Paint.Glow(b.Random.Pick([Rgb.Hex(0xFFC46A), Rgb.Hex(0xF0685A), Rgb.Hex(0x7FD0E8)]), 0.5f, 0.05f), b.Range(0, 1),
                b.Range(0.5f, 0.66f), b.Range(0.02f, 0.04f));
        b.Shapes();
        b.Water(0.68f, 1, b.Near(0x5F6C80), b.Near(0x4A5568), Rgb.Hex(0xC8D4E0), 0.5f);
        for (int i = 0; i < 5; i++)
            b.Figure.Ellipse(Paint.Flat(b.Random.Pick([Rgb.Hex(0xFFD08A), Rgb.Hex(0x9CC8E0), Rgb.Hex(0xC8D4E0)]), 0.45f, 0.03f),
                b.Range(0, 1), b.Range(0.74f, 0.98f), b.Range(0.04f, 0.1f), 0.014f);
        b.Shapes();
    }

    static void Rain(Backdrop b)
    {
        for (int i = 0; i < 30; i++)
        {
            float x = b.Range(0, 1.05f), y = b.Range(-0.05f, 0.95f);
            b.Figure.Limb(Paint.Flat(Rgb.Hex(0xE6F0F8), 0.55f), x, y, x - 0.02f, y + 0.075f, 0.0035f);
        }
        b.Shapes();
    }

    static void Rooftop(Backdrop b)
    {
        b.Gradient(b.Near(0x6A86C8), b.Near(0xF8C4A0), 0, 0.7f);
        b.Sun(b.Range(0.2f, 0.8f), 0.42f, 0.07f, Rgb.Hex(0xFFD9A0));
        b.Clouds(3, 0.06f, 0.26f, Rgb.Hex(0xFBD9CC), 0.8f);
        Skyline(b, 0.72f, 0.08f, 0.3f, 0x8A7AA0, 0xFFE6B0, 0.2);
        b.Bricks(0.7f, 0.8f, 0.12f, 0.05f, b.Near(0xA8685A), Rgb.Hex(0xC8A898), 0.2f);
        b.Figure.Box(new Paint(Rgb.Hex(0xD8CCC0)), 0.5f, 0.7f, 0.6f, 0.016f);
        b.Shapes();
        b.Field(0.8f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0x9A94A4), Rgb.Hex(0x807A8C), (y - 0.8f) * 5));
        b.Grain(0.8f, 1, 0.16f, 50, 50);
        float x = b.Random.Chance(0.5) ? 0.1f : 0.9f;
        b.Figure.Box(new Paint(Rgb.Hex(0x8C6A54)) { Line = 0.7f }, x, 0.5f, 0.07f, 0.12f, 0.03f);
        b.Figure.Polygon(new Paint(Rgb.Hex(0x6F5040)) { Line = 0.7f }, [x - .085f, .39f, x, .31f, x + .085f, .39f], 0.003f);
        b.Figure.Limb(Paint.Flat(Rgb.Hex(0x4E4048)), x - 0.05f, 0.62f, x - 0.055f, 0.74f, 0.007f);
        b.Figure.Limb(Paint.Flat(Rgb.Hex(0x4E4048)), x + 0.05f, 0.62f, x + 0.055f, 0.74f, 0.007f);
        b.Shapes();
    }

    static void IceRink(Backdrop b)
    {
        b.Gradient(b.Near(0x5C7FB8), b.Near(0xA9C4E4), 0, 0.5f);
        for (int i = 0; i < 40; i++)
            b.Figure.Disc(Paint.Flat(b.Near(0x7488B8, 0.2f)), b.Range(0, 1), b.Range(0.24f, 0.46f), 0.022f);
        for (int i = 0; i < 9; i++)
            b.Figure.Disc(Paint.Glow(b.Random.Pick([Rgb.Hex(0xFFF0C0), Rgb.Hex(0xFFB0A0), Rgb.Hex(0xB8F0D8)]), 1, 0.01f), (i + 0.5f) / 9,
                0.12f + (0.03f * (i % 2)), 0.015f);
        b.Shapes();
        b.Figure.Box(Paint.Flat(Rgb.White), 0.5f, 0.52f, 0.6f, 0.075f, 0.001f);
        b.Figure.Box(Paint.Flat(b.Near(0xE0584C)), 0.5f, 0.455f, 0.6f, 0.014f, 0.001f);
        b.Figure.Box(Paint.Flat(b.Near(0xF2C84C)), 0.5f, 0.585f, 0.6f, 0.014f, 0.001f);
        b.Shapes();
        b.Field(0.6f, 1, (x, y) => Rgb.Mix(Rgb.Hex(0xC4DFF2), Rgb.Hex(0xEDF7FD), 0.5f + (0.5f * Angles.Sin((x * 9) + (y * 14)))));
        for (int i = 0; i < 9; i++)
        {
            float x = b.Range(0, 1), y = b.Range(0.64f, 0.98f), w = b.Range(0.08f, 0.22f);
            b.Figure.Bend(Paint.Flat(Rgb.Hex(0xA6C6E0), 0.8f), x - w, y, x, y + b.Range(-0.05f, 0.05f), x + w, y + 0.01f, 0.004f);
        }
        b.Shapes();
    }

    static void Playground(Backdrop b)
    {
        b.Gradient(b.Near(0x84C8F0), b.Near(0xE4F3F6), 0, 0.55f);
        b.Clouds(2, 0.05f, 0.18f, Rgb.White);
        for (int i = 0; i < 9; i++)
            b.Foliage(i / 8f, 0.52f, b.Range(0.06f, 0.1f), b.Near(0x6FAE5C, 0.05f), 4);
        b.Shapes();
        b.Field(0.56f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0xE9CF98), Rgb.Hex(0xD9B676), (y - 0.56f) * 2.2f));
        b.Grain(0.56f, 1, 0.12f, 40, 40);
        bool left = b.Random.Chance(0.5);
        float x = left ? 0.17f : 0.83f, s = left ? 1 : -1;
        Paint red = new(b.Near(0xDB4B44)) { Line = 0.6f }, blue = new(b.Near(0x3F80C8)) { Line = 0.6f };
        b.Figure.Limb(blue, x - (0.1f * s), 0.28f, x - (0.1f * s), 0.74f, 0.014f);
        b.Figure.Limb(blue, x + (0.02f * s), 0.28f, x + (0.02f * s), 0.74f, 0.014f);
        for (int i = 0; i < 4; i++)
            b.Figure.Limb(blue, x - (0.1f * s), 0.42f + (0.08f * i), x + (0.02f * s), 0.42f + (0.08f * i), 0.009f);
        b.Figure.Bend(red, x - (0.02f * s), 0.34f, x + (0.12f * s), 0.42f, x + (0.24f * s), 0.7f, 0.026f);
        b.Figure.Polygon(new Paint(Rgb.Hex(0xF2C84C)) { Line = 0.6f }, [x - (.14f * s), .28f, x - (.04f * s), .18f, x + (.06f * s), .28f],
            0.004f);
        float swing = left ? 0.82f : 0.18f;
        b.Figure.Limb(blue, swing - 0.14f, 0.72f, swing - 0.1f, 0.3f, 0.013f);
        b.Figure.Limb(blue, swing + 0.14f, 0.72f, swing + 0.1f, 0.3f, 0.013f);
        b.Figure.Limb(red, swing - 0.11f, 0.3f, swing + 0.11f, 0.3f, 0.014f);
        b.Figure.Limb(Paint.Flat(Rgb.Charcoal), swing - 0.04f, 0.3f, swing - 0.04f, 0.6f, 0.004f);
        b.Figure.Limb(Paint.Flat(Rgb.Charcoal), swing + 0.04f, 0.3f, swing + 0.04f, 0.6f, 0.004f);
        b.Figure.Box(red, swing, 0.61f, 0.055f, 0.012f);
        b.Shapes();
    }
}
