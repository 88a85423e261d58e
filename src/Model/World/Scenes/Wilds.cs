using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Wilds
{
    internal static readonly Scene[] All =
    [
        new("snow", "in the snow", Snow) { Before = Flakes, Light = Light.From(-0.5f, -0.6f, new(1.16f, 1.17f, 1.2f),
            new(0.6f, 0.65f, 0.8f)) },
        new("forest", "in a forest", Forest) { Before = Ferns, Light = Light.From(-0.4f, -0.75f, new(1.18f, 1.18f, 1.02f),
            new(0.5f, 0.6f, 0.56f)) },
        new("desert", "in a desert", Desert) { Light = Light.From(-0.6f, -0.55f, new(1.24f, 1.14f, 0.98f), new(0.62f, 0.52f, 0.56f)) },
        new("mountains", "in the mountains", Mountains) { Before = Stones },
        new("cave", "in a cave", Cave) { Light = Light.From(0.1f, -0.6f, new(1.1f, 1.05f, 1.15f), new(0.4f, 0.38f, 0.55f)) },
        new("jungle", "in a jungle", Jungle) { Before = Leaves },
        new("volcano", "near a volcano", Volcano) { Light = Light.From(0.4f, -0.45f, new(1.24f, 1, 0.85f), new(0.5f, 0.38f, 0.45f)) },
    ];

    static void Snow(Backdrop b)
    {
        b.Gradient(b.Near(0xA9C7E4), b.Near(0xE9F0F7), 0, 0.6f);
        b.Ridge(0.5f, 0.22f, 4, _ => Rgb.Hex(0xBFD2E6), true);
        for (int i = 0; i < 9; i++)
            b.Pine((i + b.Range(-0.3f, 0.3f)) / 8, b.Range(0.58f, 0.64f), b.Range(0.2f, 0.42f), b.Near(0x4F7F78, 0.05f), Rgb.White);
        b.Shapes();
        b.Ridge(0.66f, 0.06f, 2.5f, depth => Rgb.Mix(Rgb.White, Rgb.Hex(0xD2DFF0), Math.Min(1, depth * 2.2f)));
        b.Ridge(0.84f, 0.06f, 2, depth => Rgb.Mix(Rgb.Hex(0xFBFDFF), Rgb.Hex(0xDCE7F4), Math.Min(1, depth * 4)));
    }

    static void Flakes(Backdrop b)
    {
        for (int i = 0; i < 26; i++)
            b.Figure.Disc(Paint.Flat(Rgb.White, 0.95f, 0.008f), b.Range(0, 1), b.Range(0, 1), b.Range(0.006f, 0.014f));
        b.Shapes();
    }

    static void Forest(Backdrop b)
    {
        b.Gradient(b.Near(0xBFD98C), b.Near(0x5F9460), 0, 0.75f);
        for (int layer = 0; layer < 3; layer++)
        {
            var trunk = Rgb.Mix(Rgb.Hex(0x8FA878), Rgb.Hex(0x4C3A2C), layer / 2f);
            for (int i = 0; i < 5 - layer; i++)
            {
                float w = 0.018f + (0.016f * layer), x = layer == 2 ? (i < 2 ? b.Range(0, 0.2f) : b.Range(0.8f, 1)) : b.Range(0, 1);
                b.Figure.Polygon(Paint.Flat(trunk), [x - w, -.02f, x + w, -.02f, x + (w * 1.4f), .7f + (.05f * layer), x - (w * 1.4f),
                    .7f + (.05f * layer)], 0.004f);
            }
            var leaf = Rgb.Mix(Rgb.Hex(0x9CC46A), Rgb.Hex(0x356B3E), layer / 2f);
            for (int i = 0; i < 6; i++)
                b.Foliage(b.Range(0, 1), b.Range(-0.04f, 0.1f + (0.02f * layer)), b.Range(0.08f, 0.14f), leaf, 4);
            b.Shapes();
        }
        for (int i = 0; i < 3; i++)
        {
            float x = b.Range(0.1f, 0.9f);
            b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xFFF6C8), 0.2f, 0.05f), [x, -.05f, x + .07f, -.05f, x + .3f, .8f, x + .12f, .8f], 0.01f);
        }
        b.Shapes();
        b.Ridge(0.72f, 0.05f, 4, depth => Rgb.Mix(Rgb.Hex(0x79A850), Rgb.Hex(0x47702F), Math.Min(1, depth * 4)));
        b.Grain(0.7f, 1, 0.3f, 26, 30);
    }

    static void Ferns(Backdrop b)
    {
        for (int i = 0; i < 8; i++)
            b.Tuft(i < 4 ? b.Range(0, 0.25f) : b.Range(0.75f, 1), 1.02f, b.Range(0.08f, 0.17f), Rgb.Hex(0x3F7A38));
        b.Shapes();
    }

    static void Desert(Backdrop b)
    {
        b.Gradient(b.Near(0x5FAEDD), b.Near(0xF7DFB0), 0, 0.55f);
        b.Sun(b.Range(0.15f, 0.85f), b.Range(0.1f, 0.2f), 0.07f, Rgb.Hex(0xFFD060));
        b.Ridge(0.56f, 0.16f, 2.5f, depth => Rgb.Mix(Rgb.Hex(0xE9B872), Rgb.Hex(0xD49A58), Math.Min(1, depth * 3)));
        for (int i = 0; i < 2; i++)
        {
            float x = i == 0 ? b.Range(0.03f, 0.2f) : b.Range(0.8f, 0.97f), h = b.Range(0.14f, 0.24f), y = 0.66f;
            var green = Paint.Flat(b.Near(0x5C8F55));
            b.Figure.Limb(green, x, y, x, y - h, 0.02f);
            b.Figure.Bend(green, x, y - (h * 0.4f), x + 0.06f, y - (h * 0.4f), x + 0.055f, y - (h * 0.75f), 0.013f);
            b.Figure.Bend(green, x, y - (h * 0.3f), x - 0.06f, y - (h * 0.3f), x - 0.055f, y - (h * 0.6f), 0.013f);
        }
        b.Shapes();
        b.Ridge(0.72f, 0.09f, 2, depth => Rgb.Mix(Rgb.Hex(0xF6D296), Rgb.Hex(0xE0AC66), Math.Min(1, depth * 3.2f)));
        b.Grain(0.62f, 1, 0.1f, 5, 50);
    }

    static void Mountains(Backdrop b)
    {
        b.Gradient(b.Near(0x4E96D6), b.Near(0xD6EAF6), 0, 0.6f);
        b.Clouds(2, 0.06f, 0.2f, Rgb.White);
        for (int i = 0; i < 3; i++)
        {
            float x = (0.5f * i) + b.Range(-0.12f, 0.12f), top = b.Range(0.12f, 0.28f), w = b.Range(0.34f, 0.46f);
            var rock = b.Near(0x7487A6, 0.05f);
            int peak = b.Figure.Polygon(Paint.Flat(rock), [x - w, .7f, x, top, x + w, .7f], 0.005f);
            b.Figure.Polygon(Paint.Flat(Rgb.Darker(rock, 0.22f)), [x, top, x + w, .7f, x + (w * .12f), .7f, x - (w * .04f), top + .2f],
                0.002f, clip: peak);
            b.Figure.Polygon(Paint.Flat(Rgb.White), [x - w, top + .12f, x - (w * .16f), top + .14f, x - (w * .06f), top + .1f,
                x + (w * .05f), top + .16f, x + (w * .16f), top + .11f, x + w, top + .14f,
                x, top - .2f], 0.002f, clip: peak);
        }
        b.Shapes();
        b.Ridge(0.62f, 0.08f, 5, depth => Rgb.Mix(Rgb.Hex(0x5F8F63), Rgb.Hex(0x4A7650), Math.Min(1, depth * 4)));
        b.Ridge(0.78f, 0.05f, 3, depth => Rgb.Mix(Rgb.Hex(0x8DB86A), Rgb.Hex(0x6B9A50), Math.Min(1, depth * 5)));
        b.Grain(0.62f, 1, 0.2f, 24, 30);
    }

    static void Stones(Backdrop b)
    {
        for (int i = 0; i < 5; i++)
            b.Figure.Ellipse(new Paint(b.Near(0x8D929B)), i < 3 ? b.Range(0, 0.2f) : b.Range(0.8f, 1), b.Range(0.96f, 1),
                b.Range(0.03f, 0.06f), b.Range(0.02f, 0.04f));
        b.Shapes();
    }

    static void Cave(Backdrop b)
    {
        var glow = b.Random.Chance(0.5) ? Rgb.Hex(0x7FD8F0) : Rgb.Hex(0xC79BF2);
        b.Field(0, 1, (x, y) => Rgb.Mix(Rgb.Mix(Rgb.Hex(0x6C6488), glow, 0.3f), Rgb.Hex(0x2B2740),
            Noise.Step(0.05f, 0.6f, ((x - 0.5f) * (x - 0.5f)) + ((y - 0.45f) * (y - 0.45f) * 1.2f) + 0.1f)));
        b.Grain(0, 1, 0.5f, 8, 8);
        for (int i = 0; i < 9; i++)
        {
            float x = (i + b.Range(-0.3f, 0.3f)) / 8, h = b.Range(0.08f, 0.26f) + (MathF.Abs(x - 0.5f) * 0.24f);
            b.Figure.Polygon(Paint.Flat(b.Near(0x3B3454)), [x - .07f, -.02f, x + .07f, -.02f, x + .008f, h], 0.006f);
        }
        b.Shapes();
        b.Ridge(0.8f, 0.08f, 5, depth => Rgb.Mix(Rgb.Hex(0x7A7196), Rgb.Hex(0x4A4364), Math.Min(1, depth * 5)), true);
        for (int i = 0; i < 5; i++)
        {
            float x = i < 3 ? b.Range(0.02f, 0.2f) : b.Range(0.8f, 0.98f), h = b.Range(0.09f, 0.2f), lean = b.Range(-0.03f, 0.03f);
            b.Figure.Disc(Paint.Glow(glow, 0.3f, 0.12f), x, 0.86f - (h / 2), 0.1f);
            b.Figure.Polygon(new Paint(glow) { Gloss = 1, Line = 0.6f, IsBright = true },
                [x - .025f, .9f, x - .03f + lean, .9f - (h * .7f), x + lean, .9f - h, x + .03f + lean, .9f - (h * .7f), x + .025f, .9f],
                0.002f);
        }
        b.Shapes();
    }

    static void Jungle(Backdrop b)
    {
        b.Gradient(b.Near(0x9FD0A0), b.Near(0x2F6B4A), 0, 0.9f);
        for (int layer = 0; layer < 3; layer++)
        {
            for (int i = 0; i < 7; i++)
            {
                float x = b.Range(0, 1), y = layer == 0 ? b.Range(0.1f, 0.6f) : layer == 1 ? b.Range(0, 0.3f) : b.Range(-0.05f, 0.12f),
                    a = b.Range(0, 180);
                var leaf = Rgb.Near(Rgb.Mix(Rgb.Hex(0x6FB57A), Rgb.Hex(0x1F5A3C), layer / 2f), 0.05f, ref b.Random);
                b.Figure.Ellipse(Paint.Flat(leaf), x, y, b.Range(0.1f, 0.19f), b.Range(0.035f, 0.06f), a);
            }
            b.Shapes();
        }
        for (int i = 0; i < 3; i++)
            b.Figure.Bend(Paint.Flat(Rgb.Hex(0x6A7F3A)), b.Range(0, 0.4f), -0.02f, b.Range(0.2f, 0.8f), b.Range(0.2f, 0.36f),
                b.Range(0.6f, 1), -0.02f, 0.008f);
        b.Shapes();
        b.Ridge(0.8f, 0.07f, 4, depth => Rgb.Mix(Rgb.Hex(0x5C9048), Rgb.Hex(0x6A5638), Math.Min(1, depth * 6)));
        b.Grain(0.75f, 1, 0.3f, 20, 24);
    }

    static void Leaves(Backdrop b)
    {
        for (int i = 0; i < 8; i++)
        {
            bool left = i % 2 == 0;
            b.Figure.Ellipse(new Paint(b.Near(0x3F9050, 0.07f)) { Line = 0.7f }, left ? b.Range(-0.02f, 0.16f) : b.Range(0.84f, 1.02f),
                b.Range(0.9f, 1.02f), 0.13f, 0.04f, left ? b.Range(-80, -20) : b.Range(20, 80));
        }
        b.Shapes();
    }

    static void Volcano(Backdrop b)
    {
        b.Gradient(b.Near(0x4A2F4F), b.Near(0xE8815A), 0, 0.7f);
        float x = b.Range(0.3f, 0.7f);
        b.Clouds(3, 0.04f, 0.14f, Rgb.Hex(0x6A5560), 0.8f);
        b.Figure.Disc(Paint.Glow(Rgb.Hex(0xFF9A3C), 0.6f, 0.2f), x, 0.24f, 0.14f);
        b.Figure.Polygon(Paint.Flat(Rgb.Hex(0x4B3A48)), [x - .5f, .75f, x - .1f, .26f, x + .1f, .26f, x + .5f, .75f], 0.01f);
        b.Figure.Bend(Paint.Glow(Rgb.Hex(0xFF6A2C), 1, 0.01f), x, 0.26f, x - 0.08f, 0.45f, x + 0.04f, 0.74f, 0.02f, 0.035f);
        b.Figure.Bend(Paint.Glow(Rgb.Hex(0xFFB347), 1, 0.01f), x + 0.05f, 0.26f, x + 0.16f, 0.42f, x + 0.22f, 0.72f, 0.012f, 0.02f);
        b.Figure.Ellipse(Paint.Glow(Rgb.Hex(0xFFC05A), 1, 0.01f), x, 0.255f, 0.1f, 0.018f);
        b.Shapes();
        b.Ridge(0.76f, 0.08f, 6, depth => Rgb.Mix(Rgb.Hex(0x7A6068), Rgb.Hex(0x544048), Math.Min(1, depth * 5)), true);
        b.Grain(0.7f, 1, 0.35f, 18, 22);
        for (int i = 0; i < 10; i++)
            b.Figure.Disc(Paint.Glow(Rgb.Hex(0xFFB050), 0.9f, 0.01f), b.Range(0, 1), b.Range(0.05f, 0.7f), b.Range(0.004f, 0.01f));
        b.Shapes();
    }
}
