using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Shores
{
    internal static readonly Scene[] All =
    [
        new("beach", "on a beach", Beach) { Before = Shells },
        new("sunset", "on a pier at sunset", Sunset) { Light = Light.From(0.3f, -0.25f, new(1.22f, 0.98f, 0.78f),
            new(0.58f, 0.45f, 0.58f)) },
        new("underwater", "under water", Underwater) { Before = Bubbles, IsFloating = true,
            Light = Light.From(-0.1f, -0.9f, new(1.02f, 1.18f, 1.2f), new(0.42f, 0.6f, 0.74f)) },
        new("river", "by a river", River) { Before = Reeds },
        new("pool", "at a swimming pool", Pool),
    ];

    static void Beach(Backdrop b)
    {
        float horizon = b.Range(0.36f, 0.44f);
        b.Gradient(b.Near(0x6EC1F0), b.Near(0xD8F1FA), 0, horizon);
        b.Sun(b.Range(0.1f, 0.9f), b.Range(0.08f, 0.2f), 0.06f, Rgb.Hex(0xFFE08A));
        b.Clouds(3, 0.08f, 0.28f, Rgb.White);
        b.Water(horizon, 0.64f, b.Near(0x2E8FC0), b.Near(0x58C8CE), Rgb.White, 0.45f);
        var sand = b.Near(0xEFD9A4);
        b.Ridge(0.63f, 0.05f, 3, depth => depth < 0.022f ? Rgb.White : Rgb.Mix(Rgb.Hex(0xD9BB80), sand, Math.Min(1, depth * 6)));
        b.Grain(0.64f, 1, 0.14f, 40, 40);
        if (!b.Random.Chance(0.6))
            return;
        float side = b.Random.Chance(0.5) ? 1 : 0, x = side + ((0.5f - side) * 0.24f), lean = (0.5f - side) * 0.16f;
        b.Figure.Bend(Paint.Flat(Rgb.Hex(0x8A6440)), x, 0.72f, x - lean, 0.45f, x + lean, 0.2f, 0.022f, 0.014f);
        for (int i = 0; i < 6; i++)
        {
            float a = Angles.Degrees(-190 + (40 * i)), dx = Angles.Cos(a) * 0.19f, dy = Angles.Sin(a) * 0.1f;
            b.Figure.Bend(Paint.Flat(Rgb.Hex(i % 2 == 0 ? 0x3C8F4E : 0x57AD58)), x + lean, 0.2f, x + lean + (dx * 0.7f), 0.17f + dy,
                x + lean + dx, 0.25f + dy, 0.022f, 0.006f);
        }
        b.Shapes();
    }

    static void Shells(Backdrop b)
    {
        for (int i = 0; i < 4; i++)
            b.Figure.Ellipse(new Paint(b.Near(i % 2 == 0 ? 0xF3B8A8 : 0xFBEBD3)), b.Range(0.03f, 0.97f), b.Range(0.94f, 0.99f), 0.022f,
                0.015f, b.Range(0, 90));
        b.Shapes();
    }

    static void Sunset(Backdrop b)
    {
        float horizon = b.Range(0.48f, 0.56f), sun = b.Range(0.25f, 0.75f);
        b.Gradient(b.Near(0x6A4C93), b.Near(0xF7A35C), 0, horizon);
        b.Clouds(4, 0.08f, horizon - 0.12f, b.Near(0xF08A7A), 0.6f);
        b.Sun(sun, horizon - 0.04f, 0.09f, Rgb.Hex(0xFFD27A));
        b.Water(horizon, 1, b.Near(0xE88A5C), b.Near(0x4B3F72), Rgb.Hex(0xFFD9A0), 0.6f);
        b.Figure.Box(Paint.Flat(Rgb.Hex(0xFFE2A8), 0.5f, 0.05f), sun, (horizon + 0.82f) / 2, 0.05f, (0.86f - horizon) / 2, 0.02f);
        b.Shapes();
        b.Boards(0.8f, 1, b.Near(0x8A5E44), 7);
        foreach (float x in (ReadOnlySpan<float>)[0.06f, 0.94f])
            b.Figure.Box(new Paint(Rgb.Hex(0x5E3F30)), x, 0.8f, 0.03f, 0.13f, 0.01f);
        b.Shapes();
    }

    static void Underwater(Backdrop b)
    {
        b.Gradient(b.Near(0x5FCBE0), b.Near(0x12507E));
        for (int i = 0; i < 4; i++)
        {
            float x = b.Range(0, 1);
            b.Figure.Polygon(Paint.Flat(Rgb.White, 0.14f, 0.06f), [x, -.05f, x + .08f, -.05f, x + .28f, .85f, x + .08f, .85f], 0.02f);
        }
        b.Shapes();
        b.Ridge(0.74f, 0.1f, 4, _ => Rgb.Hex(0x1D5F7A));
        var sand = b.Near(0xC9B98A);
        b.Ridge(0.9f, 0.07f, 3, depth => Rgb.Mix(Rgb.Hex(0x8FA08A), sand, Math.Min(1, depth * 9)));
        for (int i = 0; i < 7; i++)
        {
            float x = i < 4 ? b.Range(0, 0.25f) : b.Range(0.75f, 1), h = b.Range(0.15f, 0.4f), sway = b.Range(-0.06f, 0.06f);
            b.Figure.Bend(Paint.Flat(b.Near(i % 2 == 0 ? 0x2F8F5B : 0x57A845, 0.06f)), x, 0.97f, x + sway, 0.95f - (h * 0.5f), x - sway,
                0.95f - h, 0.018f, 0.006f);
        }
        for (int i = 0; i < 3; i++)
            b.Foliage(b.Range(0, 1), 0.95f, 0.05f, b.Near(i == 1 ? 0xE8707A : 0xE8A24C), 4);
        b.Shapes();
    }

    static void Bubbles(Backdrop b)
    {
        for (int i = 0; i < 9; i++)
        {
            float x = b.Range(0, 1), y = b.Range(0, 0.9f), r = b.Range(0.008f, 0.022f);
            b.Figure.Arc(Paint.Flat(Rgb.White, 0.8f), x, y, r, 0.006f, 0, 359);
        }
        b.Shapes();
    }

    static void River(Backdrop b)
    {
        b.Gradient(b.Near(0x8CCBEE), b.Near(0xE2F3EE), 0, 0.42f);
        b.Clouds(2, 0.06f, 0.2f, Rgb.White);
        b.Ridge(0.4f, 0.14f, 3, _ => Rgb.Hex(0x86AFA0));
        for (int i = 0; i < 9; i++)
            b.Foliage(i / 8f, b.Range(0.37f, 0.42f), b.Range(0.05f, 0.09f), b.Near(0x4F8F57, 0.05f), 4);
        b.Shapes();
        b.Field(0.42f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0x8CBF5E), Rgb.Hex(0x5E9E48), (y - 0.42f) * 1.7f));
        b.Grain(0.42f, 1, 0.2f, 26, 34);
        b.Water(0.5f, 0.72f, b.Near(0x7FC4DC), b.Near(0x3F93C0), Rgb.White, 0.5f);
        b.Ridge(0.75f, 0.05f, 3, depth => Rgb.Mix(Rgb.Hex(0xB89C6C), Rgb.Hex(0x67A34C), Math.Clamp(depth * 24, 0, 1)));
        for (int i = 0; i < 6; i++)
            b.Figure.Ellipse(new Paint(b.Near(0x9AA0A2)), b.Range(0, 1), b.Range(0.72f, 0.76f), b.Range(0.02f, 0.05f), 0.02f);
        b.Shapes();
    }

    static void Reeds(Backdrop b)
    {
        for (int i = 0; i < 6; i++)
            b.Tuft(i < 3 ? b.Range(0, 0.16f) : b.Range(0.84f, 1), 1.01f, b.Range(0.1f, 0.2f), Rgb.Hex(0x4E8F3E));
        b.Shapes();
    }

    static void Pool(Backdrop b)
    {
        b.Bricks(0, 0.34f, 0.09f, 0.085f, b.Near(0xE9F2F2), Rgb.Hex(0xB9CFD2), 0.06f, false);
        uint seed = b.Seed();
        b.Field(0.34f, 0.74f, (x, y) =>
        {
            float depth = (y - 0.34f) / 0.4f, line = MathF.Abs(Noise.Rough(x * 8 / (0.5f + depth), y * 20, seed) - 0.5f);
            return Rgb.Mix(Rgb.Mix(Rgb.Hex(0x47C4D8), Rgb.Hex(0x1E9FC4), depth), Rgb.White, 0.6f * (1 - Noise.Step(0.01f, 0.07f, line)));
        });
        for (int i = 0; i < 6; i++)
            b.Figure.Disc(new Paint(Rgb.Hex(i % 2 == 0 ? 0xE05048 : 0xF7F4EC)), 0.03f + (0.19f * i), 0.44f, 0.02f);
        b.Shapes();
        b.Bricks(0.74f, 1, 0.13f, 0.09f, b.Near(0xD9CDB8), Rgb.Hex(0xB0A48E), 0.1f, false);
        b.Figure.Box(new Paint(Rgb.Hex(0xF2EEE4)), 0.5f, 0.745f, 0.6f, 0.018f);
        b.Shapes();
    }
}
