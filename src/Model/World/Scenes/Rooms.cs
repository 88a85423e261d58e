using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Rooms
{
    static readonly Light s_lamp = Light.From(0.35f, -0.65f, new(1.2f, 1.12f, 1), new(0.58f, 0.54f, 0.58f));

    internal static readonly Scene[] All =
    [
        new("kitchen", "on a kitchen table", Kitchen) { Light = s_lamp },
        new("bookshelf", "on a bookshelf", Bookshelf) { Light = s_lamp },
        new("wooden floor", "on a wooden floor", WoodenFloor),
        new("stage", "on a stage", Stage) { Light = Light.From(0, -0.85f, new(1.28f, 1.2f, 1.05f), new(0.42f, 0.36f, 0.46f)),
            Shadow = 0.6f },
        new("red carpet", "on a red carpet", RedCarpet) { Light = s_lamp },
        new("bedroom", "on a bed", Bedroom),
        new("party", "at a birthday party", Party) { Before = Confetti },
        new("studio", "on a plain background", Studio),
    ];

    static void Kitchen(Backdrop b)
    {
        b.Bricks(0, 0.66f, 0.1f, 0.1f, b.Near(b.Random.Chance(0.5) ? 0xDDE8E4 : 0xE9DFC8), Rgb.Hex(0xBFC8C4), 0.05f, false);
        b.Figure.Box(new Paint(Rgb.Hex(0xB5835A)), 0.5f, 0.26f, 0.6f, 0.018f, 0.002f);
        for (int i = 0; i < 7; i++)
        {
            float x = 0.05f + (0.15f * i), h = b.Range(0.05f, 0.09f);
            var paint = new Paint(b.Random.Pick([Rgb.Hex(0xE07A5F), Rgb.Hex(0x81B29A), Rgb.Hex(0xF2CC8F), Rgb.Hex(0x5F7FA8),
                Rgb.White]))
            { Relief = 0.6f, Line = 0.6f };
            if (i % 2 == 0)
                b.Figure.Box(paint, x, 0.242f - h, 0.035f, h, 0.012f);
            else
                b.Figure.Lathe(paint, [.242f - (1.6f * h), .026f, .242f - h, .02f, .242f - (.5f * h), .04f, .242f, .03f], x);
        }
        b.Shapes();
        b.Boards(0.66f, 1, b.Near(0xC48F5E), 5);
        b.Figure.Box(Paint.Flat(Rgb.Hex(0x7F5636), 0.7f, 0.02f), 0.5f, 0.665f, 0.6f, 0.01f);
        b.Shapes();
    }

    static void Bookshelf(Backdrop b)
    {
        b.Gradient(Rgb.Hex(0x5C4130), Rgb.Hex(0x4A3324));
        for (int row = 0; row < 2; row++)
        {
            float x = 0, shelf = 0.4f + (0.42f * row);
            while (x < 1)
            {
                float w = b.Range(0.025f, 0.06f), h = b.Range(0.22f, 0.34f);
                var cover = b.Random.Pick([Rgb.Hex(0xA8453C), Rgb.Hex(0x3F6E8C), Rgb.Hex(0x4F8060), Rgb.Hex(0xC99A48), Rgb.Hex(0x7A5A86),
                    Rgb.Hex(0xD8C8A8), Rgb.Hex(0x46506A)]) * 0.92f;
                b.Figure.Box(new Paint(cover) { Relief = 0.5f, Line = 0.6f }, x + (w / 2), shelf - (h / 2), w / 2, h / 2, 0.004f);
                b.Figure.Box(Paint.Flat(Rgb.Hex(0xE9D9A8), 0.8f), x + (w / 2), shelf - (h * 0.75f), w * 0.34f, 0.008f, 0.001f);
                x += w + 0.003f;
            }
            b.Figure.Box(new Paint(Rgb.Hex(0xA06E44)), 0.5f, shelf + 0.025f, 0.6f, 0.025f, 0.002f);
        }
        b.Shapes();
        b.Boards(0.82f, 1, b.Near(0xB07C4E), 3);
    }

    static void WoodenFloor(Backdrop b)
    {
        var wall = b.Random.Pick([Rgb.Hex(0xCFE0D8), Rgb.Hex(0xF0DCC4), Rgb.Hex(0xD4DCEB), Rgb.Hex(0xEBD3D3)]);
        b.Gradient(wall, wall * 0.92f, 0, 0.66f);
        float x = b.Range(0.2f, 0.8f);
        b.Figure.Box(new Paint(Rgb.White) { Relief = 0.2f, Line = 0.5f }, x, 0.26f, 0.17f, 0.2f, 0.004f);
        b.Figure.Box(Paint.Flat(b.Near(0x9CD2F0)), x, 0.26f, 0.145f, 0.175f, 0.002f);
        b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0x8FBF7A)), x, 0.43f, 0.14f, 0.05f);
        b.Figure.Box(Paint.Flat(Rgb.White), x, 0.26f, 0.01f, 0.18f, 0.001f);
        b.Figure.Box(Paint.Flat(Rgb.White), x, 0.25f, 0.15f, 0.01f, 0.001f);
        b.Figure.Box(Paint.Flat(Rgb.White), 0.5f, 0.645f, 0.6f, 0.022f, 0.001f);
        b.Shapes();
        b.Boards(0.667f, 1, b.Near(0xC08A5A), 6);
        b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xFFF0CC), 0.28f, 0.04f), [x - .2f, 1, x - .02f, .72f, x + .28f, .72f, x + .24f, 1], 0.01f);
        b.Shapes();
    }

    static void Stage(Backdrop b)
    {
        b.Gradient(Rgb.Hex(0x2A1626), Rgb.Hex(0x4A2438), 0, 0.76f);
        int hue = b.Random.Chance(0.7) ? 0x9E2A34 : 0x4A3A8C;
        b.Field(0, 0.76f, (x, y) => Rgb.Hex(hue) * (0.5f + (0.32f * Angles.Sin(x * 62)) + (0.1f * y)));
        b.Figure.Polygon(Paint.Glow(Rgb.Hex(0xFFF2C8), 0.34f, 0.07f), [.42f, -.05f, .58f, -.05f, .95f, .9f, .05f, .9f], 0.02f);
        b.Shapes();
        b.Boards(0.76f, 1, b.Near(0x8F5F3E), 8);
        b.Figure.Ellipse(Paint.Glow(Rgb.Hex(0xFFEFC0), 0.5f, 0.08f), 0.5f, 0.89f, 0.44f, 0.09f);
        foreach (float side in (ReadOnlySpan<float>)[0, 1])
        {
            for (int i = 0; i < 3; i++)
                b.Figure.Box(new Paint(Rgb.Hex(hue) * 0.9f) { Line = 0.6f }, side == 0 ? 0.02f + (0.04f * i) : 0.98f - (0.04f * i), 0.36f,
                    0.026f, 0.46f - (0.03f * i), 0.02f);
        }
        for (int i = 0; i < 6; i++)
            b.Figure.Ellipse(new Paint(Rgb.Hex(hue)) { Line = 0.6f }, (i + 0.5f) / 6, 0.02f, 0.1f, 0.085f);
        b.Shapes();
    }

    static void RedCarpet(Backdrop b)
    {
        b.Gradient(b.Near(0x3C3350), b.Near(0x6A5878), 0, 0.62f);
        for (int i = 0; i < 16; i++)
            b.Figure.Disc(Paint.Glow(b.Random.Pick([Rgb.Hex(0xFFE6A8), Rgb.Hex(0xFFFFFF), Rgb.Hex(0xF0C0D8)]), b.Range(0.25f, 0.6f),
                0.04f), b.Range(0, 1), b.Range(0.05f, 0.56f), b.Range(0.015f, 0.045f));
        b.Shapes();
        b.Field(0.62f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0x8A7A80), Rgb.Hex(0xA8989A), (y - 0.62f) * 2.6f));
        b.Figure.Polygon(Paint.Flat(b.Near(0xC2202E)), [.36f, .62f, .64f, .62f, 1.02f, 1.02f, -.02f, 1.02f], 0.002f);
        b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xE8B93C)), [.375f, .62f, .385f, .62f, .08f, 1.02f, .05f, 1.02f], 0.001f);
        b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xE8B93C)), [.615f, .62f, .625f, .62f, .95f, 1.02f, .92f, 1.02f], 0.001f);
        b.Shapes();
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            b.Figure.Bend(new Paint(Rgb.Hex(0xA81C34)) { Line = 0.6f }, 0.5f + (0.25f * side), 0.52f, 0.5f + (0.33f * side), 0.66f,
                0.5f + (0.44f * side), 0.6f, 0.014f);
            b.Figure.Limb(new Paint(Rgb.Gold) { Gloss = 1 }, 0.5f + (0.25f * side), 0.5f, 0.5f + (0.25f * side), 0.73f, 0.011f);
            b.Figure.Limb(new Paint(Rgb.Gold) { Gloss = 1 }, 0.5f + (0.44f * side), 0.57f, 0.5f + (0.44f * side), 0.88f, 0.016f);
            b.Figure.Disc(new Paint(Rgb.Gold) { Gloss = 1 }, 0.5f + (0.25f * side), 0.49f, 0.019f);
            b.Figure.Disc(new Paint(Rgb.Gold) { Gloss = 1 }, 0.5f + (0.44f * side), 0.555f, 0.027f);
        }
        b.Shapes();
    }

    static void Bedroom(Backdrop b)
    {
        var wall = b.Random.Pick([Rgb.Hex(0xC4D8E8), Rgb.Hex(0xE8D4E0), Rgb.Hex(0xDDE4CC)]);
        b.Field(0, 0.6f, (x, _) => wall * (0.95f + (0.05f * Noise.Step(-0.2f, 0.2f, Angles.Sin(x * 50)))));
        b.Figure.Box(new Paint(b.Near(0x9A6B48)) { Line = 0.7f }, 0.5f, 0.48f, 0.52f, 0.17f, 0.05f);
        b.Figure.Box(new Paint(b.Near(0x84583A)), 0.5f, 0.5f, 0.45f, 0.1f, 0.04f);
        b.Figure.Box(new Paint(Rgb.White) { Line = 0.6f }, 0.26f, 0.58f, 0.19f, 0.09f, 0.08f, -4);
        b.Figure.Box(new Paint(Rgb.White) { Line = 0.6f }, 0.74f, 0.58f, 0.19f, 0.09f, 0.08f, 4);
        b.Shapes();
        var blanket = b.Random.Pick([Rgb.Hex(0x7FA6CC), Rgb.Hex(0xE0A08A), Rgb.Hex(0x9CB884)]);
        var light = Rgb.Lighter(blanket, 0.45f);
        b.Field(0.65f, 1, (x, y) =>
        {
            float u = (x - 0.5f) / (0.4f + y), column = (u * 11) - MathF.Floor(u * 11), row = (y * 11) - MathF.Floor(y * 11);
            float share = ((column < 0.4f ? 0.5f : 0) + (row < 0.4f ? 0.5f : 0)) * 0.6f;
            return Rgb.Mix(blanket, light, share) * (0.92f + (0.08f * Noise.Smooth(x * 5, y * 9, 3)));
        });
    }

    static void Party(Backdrop b)
    {
        var wall = b.Random.Pick([Rgb.Hex(0xFBE3D0), Rgb.Hex(0xDCEBF5), Rgb.Hex(0xEFE0F0)]);
        b.Gradient(wall, wall * 0.94f, 0, 0.72f);
        ReadOnlySpan<int> colours = [0xE8586A, 0xF2B63C, 0x4FA8C8, 0x7CBF6A, 0xA878C8];
        b.Figure.Bend(Paint.Flat(Rgb.Hex(0x8A7A78)), -0.02f, 0.04f, 0.5f, 0.24f, 1.02f, 0.04f, 0.005f);
        for (int i = 0; i < 9; i++)
        {
            float x = (i + 0.5f) / 9, t = (2 * x) - 1, y = 0.135f - (0.095f * t * t);
            b.Figure.Polygon(new Paint(Rgb.Hex(colours[i % 5])) { Relief = 0.2f, Line = 0.5f }, [x - .042f, y, x + .042f, y, x, y + .1f],
                0.002f);
        }
        for (int i = 0; i < 6; i++)
        {
            float x = i < 3 ? b.Range(0.04f, 0.24f) : b.Range(0.76f, 0.96f), y = b.Range(0.26f, 0.52f);
            b.Figure.Bend(Paint.Flat(Rgb.Hex(0x9A8A88)), x, y + 0.08f, x + 0.02f, y + 0.2f, x - 0.01f, 0.74f, 0.003f);
            b.Figure.Ellipse(new Paint(b.Near(colours[b.Random.Below(5)])) { Gloss = 1, Line = 0.6f }, x, y, 0.062f, 0.078f);
        }
        b.Shapes();
        var cloth = b.Near(colours[b.Random.Below(5)]);
        b.Field(0.74f, 1, (x, y) => y < 0.79f ? Rgb.White * 0.98f : Rgb.Mix(cloth, Rgb.White, 0.25f + (0.15f * Angles.Sin(x * 38))));
    }

    static void Confetti(Backdrop b)
    {
        for (int i = 0; i < 20; i++)
            b.Figure.Box(Paint.Flat(b.Random.Pick([Rgb.Hex(0xE8586A), Rgb.Hex(0xF2B63C), Rgb.Hex(0x4FA8C8), Rgb.Hex(0x7CBF6A)])),
                b.Range(0, 1), b.Range(0, 1), 0.009f, 0.006f, 0.001f, b.Range(0, 180));
        b.Shapes();
    }

    static void Studio(Backdrop b)
    {
        var colour = b.Random.Pick([Rgb.Hex(0xDDE3E8), Rgb.Hex(0xEDE3D2), Rgb.Hex(0xC9DAD8), Rgb.Hex(0xE6D3D6), Rgb.Hex(0xF3F1EC)]);
        b.Field(0, 1, (x, y) => colour * (1.04f - (0.35f * (((x - 0.5f) * (x - 0.5f)) + ((y - 0.45f) * (y - 0.45f)))) - (y > 0.78f ? 0.05f * Noise.Step(0.78f, 0.86f, y) : 0)));
    }
}
