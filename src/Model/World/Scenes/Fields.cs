using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

static class Fields
{
    internal static readonly Scene[] All =
    [
        new("meadow", "in a meadow", Meadow) { Before = Flowers },
        new("autumn park", "in a park in autumn", Autumn) { Before = FallenLeaves,
            Light = Light.From(-0.5f, -0.5f, new(1.22f, 1.12f, 0.98f), new(0.58f, 0.52f, 0.58f)) },
        new("garden", "in a garden", Garden) { Before = Flowers },
        new("farm", "on a farm", Farm) { Before = Wheat },
        new("sunflowers", "in a field of sunflowers", Sunflowers),
    ];

    static void Grass(Backdrop b, float from, int far, int near)
    {
        b.Field(from, 1, (_, y) => Rgb.Mix(Rgb.Hex(far), Rgb.Hex(near), (y - from) / (1 - from)));
        b.Grain(from, 1, 0.22f, 30, 36);
    }

    static void Meadow(Backdrop b)
    {
        b.Gradient(b.Near(0x66B5EC), b.Near(0xD9F0F8), 0, 0.6f);
        b.Clouds(4, 0.08f, 0.32f, Rgb.White, 0.95f);
        b.Ridge(0.58f, 0.16f, 2.2f, depth => Rgb.Mix(Rgb.Hex(0x9CCB7A), Rgb.Hex(0x7FB863), Math.Min(1, depth * 4)));
        b.Ridge(0.68f, 0.12f, 1.8f, depth => Rgb.Mix(Rgb.Hex(0x8CC866), Rgb.Hex(0x5FA348), Math.Min(1, depth * 3)));
        b.Grain(0.6f, 1, 0.2f, 30, 36);
        for (int i = 0; i < 26; i++)
        {
            float y = b.Range(0.68f, 0.98f);
            b.Figure.Disc(Paint.Flat(b.Random.Pick([Rgb.White, Rgb.Hex(0xF5D04A), Rgb.Hex(0xE86A8A), Rgb.Hex(0xB08AE0)])), b.Range(0, 1),
                y, 0.004f + ((y - 0.66f) * 0.028f));
        }
        b.Shapes();
    }

    static void Flowers(Backdrop b)
    {
        for (int i = 0; i < 5; i++)
        {
            float x = i < 3 ? b.Range(0.02f, 0.2f) : b.Range(0.8f, 0.98f);
            b.Tuft(x, 1.02f, b.Range(0.06f, 0.1f), Rgb.Hex(0x5FA348), 4);
            b.Flower(x, 1, b.Range(0.022f, 0.032f), b.Random.Pick([Rgb.White, Rgb.Hex(0xF07A9A), Rgb.Hex(0xF5B83A), Rgb.Hex(0x9A8AE8)]));
        }
        b.Shapes();
    }

    static void Autumn(Backdrop b)
    {
        b.Gradient(b.Near(0xC9DDE6), b.Near(0xF8E4C0), 0, 0.65f);
        ReadOnlySpan<int> leaves = [0xD9782D, 0xE8A33A, 0xC4502E, 0xF0C24C];
        for (int i = 0; i < 8; i++)
        {
            float x = (i + b.Range(-0.3f, 0.3f)) / 7, y = 0.64f, h = b.Range(0.2f, 0.34f);
            b.Figure.Limb(Paint.Flat(Rgb.Hex(0x6A4C3C)), x, y, x, y - h, 0.014f, 0.008f);
            b.Foliage(x, y - h, b.Range(0.1f, 0.15f), b.Near(leaves[i % 4], 0.05f));
        }
        b.Shapes();
        Grass(b, 0.62f, 0xB9B45E, 0x8F9A48);
        b.Figure.Polygon(Paint.Flat(Rgb.Hex(0xDCC8A2)), [.44f, .62f, .56f, .62f, 1.05f, 1.02f, -.05f, 1.02f], 0.01f);
        b.Shapes();
        for (int i = 0; i < 40; i++)
        {
            float y = b.Range(0.66f, 1);
            b.Figure.Ellipse(Paint.Flat(b.Near(leaves[i % 4], 0.06f)), b.Range(0, 1), y, 0.006f + ((y - 0.6f) * 0.03f),
                0.004f + ((y - 0.6f) * 0.016f), b.Range(0, 180));
        }
        b.Shapes();
    }

    static void FallenLeaves(Backdrop b)
    {
        for (int i = 0; i < 9; i++)
            b.Figure.Ellipse(new Paint(b.Near(i % 2 == 0 ? 0xD9702D : 0xEBB040, 0.06f)) { Line = 0.5f }, b.Range(0, 1),
                i < 4 ? b.Range(0.05f, 0.6f) : b.Range(0.94f, 1), 0.024f, 0.013f, b.Range(0, 180));
        b.Shapes();
    }

    static void Garden(Backdrop b)
    {
        b.Gradient(b.Near(0x8ACBF0), b.Near(0xE0F3F8), 0, 0.5f);
        b.Clouds(2, 0.05f, 0.18f, Rgb.White);
        for (int i = 0; i < 14; i++)
            b.Foliage(i / 13f, b.Range(0.36f, 0.44f), b.Range(0.08f, 0.11f), b.Near(0x4C8F4C, 0.04f), 5);
        b.Shapes();
        for (int i = 0; i < 16; i++)
            b.Figure.Disc(Paint.Flat(b.Random.Pick([Rgb.Hex(0xE8486A), Rgb.Hex(0xF5F0F0), Rgb.Hex(0xF28AB8)])), b.Range(0, 1),
                b.Range(0.34f, 0.56f), b.Range(0.012f, 0.022f));
        b.Shapes();
        for (int i = 0; i < 13; i++)
        {
            float x = (i + 0.5f) / 13;
            b.Figure.Polygon(new Paint(Rgb.Hex(0xF3EEE2)) { Relief = 0.4f, Line = 0.5f },
                [x - .025f, .72f, x - .025f, .5f, x, .46f, x + .025f, .5f, x + .025f, .72f], 0.003f);
        }
        b.Figure.Box(Paint.Flat(Rgb.Hex(0xE3DCCB)), 0.5f, 0.56f, 0.6f, 0.016f);
        b.Figure.Box(Paint.Flat(Rgb.Hex(0xE3DCCB)), 0.5f, 0.66f, 0.6f, 0.016f);
        b.Shapes();
        Grass(b, 0.7f, 0x8FCB63, 0x5FA548);
    }

    static void Farm(Backdrop b)
    {
        b.Gradient(b.Near(0x79BDEB), b.Near(0xF3EFD6), 0, 0.6f);
        b.Clouds(3, 0.06f, 0.24f, Rgb.White);
        b.Ridge(0.58f, 0.08f, 2, _ => Rgb.Hex(0xA5C46E));
        float x = b.Random.Chance(0.5) ? 0.2f : 0.8f;
        Paint red = new(b.Near(0xB8423A)) { Relief = 0.4f, Line = 0.7f };
        b.Figure.Polygon(red, [x - .16f, .66f, x - .16f, .42f, x - .1f, .3f, x, .24f, x + .1f, .3f, x + .16f, .42f, x + .16f, .66f],
            0.005f);
        b.Figure.Box(new Paint(Rgb.White) { Relief = 0.3f, Line = 0.5f }, x, 0.57f, 0.075f, 0.09f, 0.004f);
        b.Figure.Limb(Paint.Flat(Rgb.Hex(0xB8423A)), x - 0.07f, 0.49f, x + 0.07f, 0.65f, 0.007f);
        b.Figure.Limb(Paint.Flat(Rgb.Hex(0xB8423A)), x + 0.07f, 0.49f, x - 0.07f, 0.65f, 0.007f);
        b.Figure.Box(Paint.Flat(Rgb.Hex(0x4A2A28)), x, 0.36f, 0.03f, 0.028f, 0.003f);
        b.Shapes();
        Grass(b, 0.64f, 0xCDB765, 0xB5923E);
        for (int i = 0; i < 7; i++)
            b.Figure.Box(new Paint(Rgb.Hex(0x9A734C)), 0.04f + (0.155f * i), 0.68f, 0.012f, 0.07f, 0.004f);
        b.Figure.Box(new Paint(Rgb.Hex(0xA98056)), 0.5f, 0.65f, 0.6f, 0.011f);
        b.Figure.Box(new Paint(Rgb.Hex(0xA98056)), 0.5f, 0.7f, 0.6f, 0.011f);
        b.Shapes();
    }

    static void Wheat(Backdrop b)
    {
        for (int i = 0; i < 12; i++)
            b.Tuft(i < 6 ? b.Range(0, 0.22f) : b.Range(0.78f, 1), 1.02f, b.Range(0.08f, 0.16f), Rgb.Hex(0xD9AE4A), 4);
        b.Shapes();
    }

    static void Sunflowers(Backdrop b)
    {
        b.Gradient(b.Near(0x5AAEEA), b.Near(0xCFEAF5), 0, 0.5f);
        b.Clouds(3, 0.06f, 0.22f, Rgb.White, 0.95f);
        b.Field(0.46f, 1, (_, y) => Rgb.Mix(Rgb.Hex(0x7FAE4C), Rgb.Hex(0x4F7F38), (y - 0.46f) / 0.54f));
        b.Grain(0.46f, 1, 0.3f, 20, 24);
        for (int row = 0; row < 5; row++)
        {
            float y = 0.48f + (0.05f * row) + (0.014f * row * row), r = 0.016f + (0.011f * row);
            for (int i = 0; i < 12 - (2 * row); i++)
            {
                float x = (i + 0.5f + b.Range(-0.3f, 0.3f)) / (12 - (2 * row));
                if (row > 2 && x is > 0.22f and < 0.78f)
                    continue;
                b.Figure.Ellipse(Paint.Flat(Rgb.Hex(0x5A943E)), x, y + (r * 1.6f), r * 0.9f, r * 0.5f, 25);
                b.Figure.Disc(Paint.Flat(b.Near(0xF7C02E)), x, y, r);
                b.Figure.Disc(Paint.Flat(Rgb.Hex(0x6B4322)), x, y, r * 0.48f);
            }
        }
        b.Shapes();
    }
}
