using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Food
{
    internal static readonly SubjectClass[] All =
    [
        new("cake", "food", Cake), new("cupcake", "food", Cupcake), new("ice cream", "food", IceCream),
        new("pumpkin", "plant", Pumpkin), new("mushroom", "plant", Mushroom), new("cactus", "plant", Cactus),
    ];

    static void Cake(Figure f, Coat c)
    {
        float low = c.Trait(0, 0.66f, 0.8f), high = c.Trait(1, 0.36f, 0.5f);
        f.Ellipse(Coat.White, 0, 0.88f, 0.92f, 0.09f);
        int body = f.Box(c.Body, 0, 0.56f, low, 0.32f, 0.06f, 0, 0.05f);
        f.Signed(c, 0, 0.62f, 0.18f, body);
        Icing(f, c, 0.26f, low, 0.1f);
        f.Box(c.Plain, 0, 0, high, 0.26f, 0.05f, 0, 0.1f);
        Icing(f, c, -0.24f, high, 0.15f);
        int candles = 1 + c.Form(2, 4);
        for (int i = 0; i < candles; i++)
        {
            float x = candles == 1 ? 0 : high * 0.7f * ((2f * i / (candles - 1)) - 1);
            f.Box(i % 2 == 0 ? c.Accent : c.Plain, x, -0.48f, 0.035f, 0.17f, 0.02f, 0, 0.12f);
            f.Lathe(new(Rgb.Flame) { IsBright = true, Line = 0.4f }, [-.86f, .01f, -.76f, .055f, -.67f, .03f], x, z: 0.12f);
        }
        f.Top = (0, -0.34f, 0.75f);
        f.Eyes = (0, 0, 0.7f);
        f.Neck = (0, 0.3f, 1);
    }

    static void Icing(Figure f, Coat c, float y, float w, float z)
    {
        f.Box(c.Second, 0, y, w + 0.03f, 0.07f, 0.06f, 0, z);
        for (int i = 0; i < 5; i++)
            f.Limb(c.Second with { Line = 0.4f }, w * ((0.44f * i) - 0.88f), y + 0.02f, w * ((0.44f * i) - 0.88f),
                y + 0.08f + (i % 2 * 0.09f), w * 0.17f, w * 0.14f, z);
    }

    static void Cupcake(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.52f, 0.62f);
        int cup = f.Polygon(c.Second with { Second = Rgb.Darker(c.Second.Colour, 0.25f), Pattern = Pattern.Striped, Scale = 6 },
            [-w, .25f, w, .25f, w * .72f, .92f, -w * .72f, .92f], 0.03f);
        f.Signed(c, 0, 0.62f, 0.16f, cup);
        int layers = 2 + c.Form(1, 2);
        for (int i = 0; i < layers; i++)
            f.Ellipse(c.Body, 0, 0.16f - (0.27f * i), (w + 0.12f) * (1 - (0.26f * i)), 0.22f, 0, 0.1f + (0.02f * i));
        float top = 0.12f - (0.27f * layers);
        f.Disc(c.Accent with { Gloss = 1 }, 0, top - 0.06f, c.Trait(2, 0.11f, 0.16f), 0.15f);
        f.Bend(Coat.Leaf, 0, top - 0.15f, 0.02f, top - 0.28f, 0.14f, top - 0.34f, 0.02f, -1, 0.15f);
        for (int i = 0; i < 6; i++)
            f.Limb(i % 2 == 0 ? c.Accent : Coat.White, -0.4f + (0.16f * i), 0.12f - (i % 3 * 0.16f), -0.36f + (0.16f * i),
                0.18f - (i % 3 * 0.16f), 0.025f, -1, 0.2f);
        f.Top = (0, top, 0.55f);
        f.Eyes = (0, 0.08f, 0.72f);
        f.Neck = (0, 0.36f, 0.95f);
    }

    static void IceCream(Figure f, Coat c)
    {
        float r = c.Trait(0, 0.36f, 0.43f);
        f.Polygon(new(Rgb.Hex(0xD9A05B)) { Second = Rgb.Hex(0xB47A3C), Pattern = Pattern.Checked, Scale = 5 },
            [-r * .95f, .05f, r * .95f, .05f, .04f, .94f, -.04f, .94f], 0.03f);
        bool isDouble = c.Form(1, 2) == 0;
        if (isDouble)
        {
            f.Disc(c.Second, -r * 0.5f, -0.12f, r * 0.85f, 0.05f);
            f.Disc(c.Accent, r * 0.55f, -0.12f, r * 0.85f, 0.05f);
        }
        int scoop = f.Disc(c.Body, 0, isDouble ? -0.48f : -0.2f, r * 1.05f, 0.1f);
        f.Signed(c, 0, isDouble ? -0.4f : -0.12f, 0.18f, scoop);
        for (int i = 0; i < 4; i++)
            f.Disc(isDouble ? c.Second with { Line = 0.4f } : c.Plain, r * ((0.6f * i) - 0.9f), 0.06f + (i % 2 * 0.06f), r * 0.32f, 0.12f);
        float top = isDouble ? -0.48f - r : -0.2f - r;
        f.Limb(new(Rgb.Hex(0x8A5A36)), r * 0.5f, top + 0.12f, r * 0.85f, top - 0.22f, 0.06f, -1, 0.05f);
        f.Disc(new(Rgb.Hex(0xD83A40)) { Gloss = 1 }, -r * 0.2f, top - 0.02f, c.Trait(2, 0.09f, 0.13f), 0.12f);
        f.Top = (0, top, 0.6f);
        f.Eyes = (0, top + (r * 0.9f), 0.6f);
        f.Neck = (0, 0.1f, 0.7f);
    }

    static void Pumpkin(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.62f, 0.82f), h = c.Trait(1, 0.5f, 0.66f), y = 0.92f - h;
        f.Bend(Coat.Leaf.Darker(0.2f), 0, y - (h * 0.8f), 0, y - h - 0.1f, 0.16f, y - h - 0.24f, 0.09f, 0.07f);
        int back = f.Ellipse(c.Body, 0, y, w, h * 0.96f);
        f.Ellipse(c.Body with { Line = 0.8f }, -w * 0.55f, y, w * 0.45f, h * 0.92f, 0, 0.02f, back);
        f.Ellipse(c.Body with { Line = 0.8f }, w * 0.55f, y, w * 0.45f, h * 0.92f, 0, 0.02f, back);
        int middle = f.Ellipse(c.Body, 0, y, w * 0.42f, h, 0, 0.08f);
        f.Signed(c, 0, y + (h * 0.5f), 0.15f, middle);
        if (c.Form(2, 2) == 0)
        {
            Paint hole = new(Rgb.Hex(0x3A2418)) { Relief = 0 };
            f.Polygon(hole, [-.13f, .1f, 0, -.12f, .13f, .1f], 0.02f, -0.26f, y - 0.12f, 1, 1, 0.2f);
            f.Polygon(hole, [-.13f, .1f, 0, -.12f, .13f, .1f], 0.02f, 0.26f, y - 0.12f, 1, 1, 0.2f);
            f.Arc(hole, 0, y - 0.02f, 0.32f, 0.1f, 30, 150, 0.2f);
        }
        f.Ellipse(Coat.Leaf, -0.24f, y - h - 0.02f, 0.22f, 0.1f, 20, 0.1f);
        f.Top = (0, y - (h * 0.92f), 0.8f);
        f.Eyes = (0, y - 0.1f, 0.85f);
        f.Neck = (0, y + (h * 0.6f), 1);
    }

    static void Mushroom(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.66f, 0.88f), stem = c.Trait(1, 0.2f, 0.32f), top = c.Trait(2, -0.85f, -0.5f);
        int stalk = f.Lathe(new(Rgb.Cream), [-.1f, stem * .85f, .3f, stem * .8f, .7f, stem * 1.1f, .93f, stem * 1.15f]);
        f.Signed(c, 0, 0.5f, 0.14f, stalk);
        f.Ellipse(new Paint(Rgb.Darker(Rgb.Cream, 0.2f)), 0, 0.08f, w * 0.9f, 0.13f);
        int cap = f.Polygon(c.Body, [-w, .1f, -w * .92f, -.18f, -w * .66f, top * .62f, -w * .3f, top * .94f, 0, top, w * .3f, top * .94f,
            w * .66f, top * .62f, w * .92f, -.18f, w, .1f,
            w * .5f, .02f, 0, 0, -w * .5f, .02f], 0.05f, z: 0.1f);
        float spot = c.Trait(3, 0.09f, 0.16f);
        ReadOnlySpan<float> spots = [0, .55f, -.5f, .3f, .48f, .34f, -.16f, .22f, .22f, .12f, .78f, .06f, -.82f, .05f];
        for (int i = 0; i < 4 + c.Form(4, 4); i++)
            f.Ellipse(c.Second with { Line = 0.5f }, spots[2 * i] * w, spots[(2 * i) + 1] * top, spot, spot * 0.85f, 0, 0.12f, cap);
        f.Ellipse(new(Rgb.Leaf), -0.4f, 0.92f, 0.2f, 0.06f, -10);
        f.Top = (0, top + 0.03f, 0.7f);
        f.Eyes = (0, -0.15f, 0.7f);
        f.Neck = (0, 0.25f, 0.55f);
    }

    static void Cactus(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.2f, 0.28f), left = c.Trait(1, -0.3f, 0.05f), right = c.Trait(2, -0.4f, 0);
        f.Bend(c.Body, 0, 0.3f, -0.6f, 0.38f, -0.54f, left, 0.13f, 0.12f);
        f.Bend(c.Body, 0, 0.15f, 0.6f, 0.22f, 0.55f, right, 0.13f, 0.12f);
        f.Limb(c.Body, 0, 0.5f, 0, -0.6f, w, w * 0.92f, 0.1f);
        float top = -0.6f - (w * 0.9f);
        for (int petal = 0; petal < 5; petal++)
            f.Disc(c.Accent with { Line = 0.6f }, 0.11f * Angles.Cos(petal * 1.2566f), top + (0.09f * Angles.Sin(petal * 1.2566f)), 0.085f,
                0.15f);
        f.Disc(Coat.Gold, 0, top, 0.06f, 0.17f);
        f.Disc(c.Accent, -0.54f, left - 0.12f, 0.07f, 0.1f);
        int pot = f.Polygon(c.Second, [-.42f, .5f, .42f, .5f, .32f, .92f, -.32f, .92f], 0.03f, z: 0.15f);
        f.Box(c.Dark, 0, 0.48f, 0.48f, 0.08f, 0.03f, 0, 0.18f);
        f.Signed(c, 0, 0.74f, 0.13f, pot);
        f.Top = (0, top + 0.05f, 0.5f);
        f.Eyes = (0, -0.3f, 0.5f);
        f.Neck = (0, 0.2f, 0.5f);
    }
}
