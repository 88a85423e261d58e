using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Household
{
    internal static readonly SubjectClass[] All =
    [
        new("lamp", "household", Lamp), new("clock", "household", Clock), new("chair", "household", Chair),
        new("candle", "household", Candle), new("book", "household", Book), new("umbrella", "household", Umbrella),
    ];

    static void Lamp(Figure f, Coat c)
    {
        float foot = c.Trait(0, 0.24f, 0.36f), low = c.Trait(1, 0.5f, 0.62f), high = c.Trait(2, 0.2f, 0.38f);
        int stem = c.Form(3, 3) switch
        {
            0 => f.Lathe(c.Second, [-.2f, .05f, .1f, .06f, .35f, .26f, .6f, .24f, .8f, .1f, .93f, foot]),
            1 => f.Lathe(c.Second, [-.2f, .05f, .3f, .055f, .7f, .055f, .84f, .12f, .93f, foot + .06f]),
            _ => f.Lathe(c.Second, [-.2f, .05f, 0, .14f, .15f, .06f, .32f, .17f, .5f, .07f, .7f, .18f, .93f, foot]),
        };
        f.Signed(c, 0, 0.5f, 0.12f, stem);
        f.Disc(Paint.Glow(Rgb.Flame, 0.5f, 0.5f), 0, 0.02f, 0.45f);
        f.Polygon(c.Body, [-high, -.85f, high, -.85f, low, 0, -low, 0], 0.04f, z: 0.1f);
        f.Box(c.Accent, 0, 0, low + 0.04f, 0.04f, 0.04f, 0, 0.12f);
        f.Box(c.Accent, 0, -0.87f, high + 0.04f, 0.035f, 0.03f, 0, 0.12f);
        f.Top = (0, -0.88f, 0.6f);
        f.Eyes = (0, -0.35f, 0.7f);
        f.Neck = (0, 0.1f, 0.5f);
    }

    static void Clock(Figure f, Coat c)
    {
        int first = f.Count;
        f.Limb(c.Dark, 0.4f, 0.7f, 0.5f, 0.92f, 0.08f, 0.06f);
        f.Arc(c.Accent, 0.42f, -0.52f, 0.14f, 0.16f, 180 + 30, 360 + 30);
        f.Mirror(first);
        f.Arc(Coat.Steel, 0, -0.62f, 0.22f, 0.06f, 190, 350);
        float r = c.Trait(0, 0.62f, 0.7f);
        int shape = c.Form(1, 3);
        int body = shape == 0 ? f.Box(c.Body, 0, 0.16f, r, r, 0.16f, 0, 0.1f) : f.Disc(c.Body, 0, 0.16f, r, 0.1f);
        float face = r * c.Trait(2, 0.66f, 0.8f);
        f.Disc(Coat.White with { Relief = 0.3f }, 0, 0.16f, face, 0.12f);
        for (int i = 0; i < 12; i++)
        {
            float x = Angles.Sin(i * Angles.Turn / 12), y = -Angles.Cos(i * Angles.Turn / 12);
            f.Disc(Paint.Flat(i % 3 == 0 ? Rgb.Black : Rgb.Charcoal), x * face * 0.82f, 0.16f + (y * face * 0.82f),
                i % 3 == 0 ? 0.05f : 0.025f, 0.14f);
        }
        f.Signed(c, 0, 0.42f, 0.11f, body);
        float hour = c.Trait(3, 0, Angles.Turn), minute = c.Trait(4, 0, Angles.Turn);
        f.Limb(c.Accent with { Relief = 0.1f }, 0, 0.16f, face * 0.5f * Angles.Sin(hour), 0.16f - (face * 0.5f * Angles.Cos(hour)), 0.045f,
            0.035f, 0.16f);
        f.Limb(Coat.Black, 0, 0.16f, face * 0.72f * Angles.Sin(minute), 0.16f - (face * 0.72f * Angles.Cos(minute)), 0.035f, 0.025f, 0.17f);
        f.Disc(c.Second, 0, 0.16f, 0.06f, 0.18f);
        f.Top = (0, 0.14f - r, 0.7f);
        f.Eyes = (0, 0.05f, 0.8f);
        f.Neck = (0, 0.62f, 0.8f);
    }

    static void Chair(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.42f, 0.52f), back = c.Trait(1, -0.9f, -0.65f);
        f.Limb(Coat.Wood, -w + 0.18f, 0.2f, -w + 0.2f, 0.72f, 0.055f);
        f.Limb(Coat.Wood, w + 0.02f, 0.2f, w + 0.04f, 0.72f, 0.055f);
        int panel = f.Box(c.Body, 0.02f, (back + 0.1f) / 2, w, (0.2f - back) / 2, 0.06f + (0.16f * c.Form(2, 2)));
        f.Signed(c, 0, back + 0.36f, 0.2f, panel);
        f.Polygon(c.Second, [-w - .06f, .42f, -w + .1f, .12f, w + .06f, .12f, w - .08f, .42f], 0.05f, z: 0.1f);
        f.Polygon(c.Dark, [-w - .06f, .44f, w - .08f, .44f, w - .08f, .5f, -w - .06f, .5f], 0.04f, z: 0.12f);
        f.Limb(Coat.Wood, -w - 0.02f, 0.52f, -w - 0.05f, 0.94f, 0.065f, -1, 0.15f);
        f.Limb(Coat.Wood, w - 0.14f, 0.52f, w - 0.12f, 0.94f, 0.065f, -1, 0.15f);
        if (c.Form(3, 2) == 0)
        {
            f.Limb(c.Accent, -w - 0.02f, 0.02f, -w - 0.1f, 0.26f, 0.075f, -1, 0.15f);
            f.Limb(c.Accent, w + 0.04f, 0.02f, w, 0.26f, 0.075f, -1, 0.15f);
        }
        f.Top = (0.02f, back, 0.7f);
        f.Eyes = (0.02f, back + 0.35f, 0.7f);
        f.Neck = (0.02f, 0.12f, 0.8f);
    }

    static void Candle(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.2f, 0.34f), top = c.Trait(1, -0.4f, -0.1f);
        f.Disc(Paint.Glow(Rgb.Flame, 0.55f, 0.8f), 0, top - 0.3f, 0.62f);
        f.Ellipse(Coat.Gold, 0, 0.86f, 0.62f, 0.12f);
        f.Arc(Coat.Gold, 0.62f, 0.74f, 0.13f, 0.07f, -130, 130);
        int body = f.Lathe(c.Body, [top, w, .2f, w * c.Trait(2, 0.95f, 1.1f), .7f, w, .84f, w], z: 0.1f);
        f.Signed(c, 0, (top + 0.9f) / 2, 0.16f, body);
        f.Ellipse(c.Light, 0, top, w, 0.07f, 0, 0.1f);
        f.Bend(c.Light with { Line = 0.5f }, -w * 0.7f, top + 0.02f, -w * 0.75f, top + 0.1f, -w * 0.7f, top + 0.22f, 0.06f, 0.05f, 0.15f);
        f.Limb(Coat.Black, 0, top, 0, top - 0.12f, 0.02f, -1, 0.1f);
        f.Lathe(new(Rgb.Hex(0xF58A2A)) { IsBright = true, Line = 0 }, [top - .58f, .01f, top - .38f, .1f, top - .2f, .13f, top - .08f,
            .05f], z: 0.12f);
        f.Lathe(new(Rgb.Hex(0xFFE48A)) { IsBright = true, Line = 0 }, [top - .4f, .01f, top - .24f, .065f, top - .12f, .04f], z: 0.13f);
        f.Top = (0, top - 0.05f, 0.5f);
        f.Eyes = (0, top + 0.3f, 0.52f);
        f.Neck = (0, 0.65f, 0.55f);
    }

    static void Book(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.5f, 0.62f), h = c.Trait(1, 0.7f, 0.82f), thick = c.Trait(2, 0.12f, 0.24f);
        f.Box(c.Dark, thick * 0.5f, 0.95f - h, w, h, 0.04f, 0, -0.1f);
        f.Box(Coat.White, thick * 0.45f, 0.93f - h, w - 0.03f, h - 0.03f, 0.02f, 0, -0.05f);
        int cover = f.Box(c.Body, -thick * 0.5f, 0.95f - h, w, h - 0.02f, 0.05f, 0, 0.05f);
        f.Box(c.Second, -thick - w + 0.16f, 0.95f - h, 0.1f, h, 0.01f, 0, 0.06f, cover);
        f.Box(Coat.White with { Line = 0.7f }, (-thick * 0.5f) + 0.08f, 0.95f - (h * 1.4f), w * 0.6f, h * 0.22f, 0.03f, 0, 0.08f);
        f.Box(c.Dark with { Line = 0 }, (-thick * 0.5f) + 0.08f, 0.92f - (h * 1.4f), w * 0.42f, 0.035f, 0.02f, 0, 0.1f);
        f.Box(c.Dark with { Line = 0 }, (-thick * 0.5f) + 0.08f, 1.01f - (h * 1.4f), w * 0.3f, 0.03f, 0.02f, 0, 0.1f);
        f.Signed(c, (-thick * 0.5f) + 0.08f, 0.95f - (h * 0.6f), 0.24f, cover);
        f.Box(c.Accent, w * 0.5f, 0.95f - (2 * h) + 0.18f, 0.06f, 0.2f, 0.01f, 0, 0.12f);
        f.Top = (0, 0.95f - (2 * h), 0.8f);
        f.Eyes = (0, 0.95f - (h * 1.1f), 0.75f);
        f.Neck = (0, 0.7f, 0.9f);
    }

    static void Umbrella(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.8f, 0.95f), top = c.Trait(1, -0.9f, -0.75f);
        f.Limb(Coat.Steel, 0, top, 0, 0.75f, 0.04f);
        f.Arc(Coat.Wood, -0.14f, 0.76f, 0.14f, 0.09f, 0, 190, 0.1f);
        int canopy = f.Polygon(c.Body, [-w, .1f, -w * .9f, -.25f, -w * .6f, top + .2f, -w * .25f, top + .04f, 0, top, w * .25f, top + .04f,
            w * .6f, top + .2f,
            w * .9f, -.25f, w, .1f, w * .66f, -.02f, w * .33f, .1f, 0, -.02f, -w * .33f, .1f, -w * .66f, -.02f], 0.02f, z: 0.1f);
        f.Bend(c.Dark with { Line = 0, Opacity = 0.7f }, 0, top, -w * 0.4f, -0.4f, -w * 0.33f, 0.08f, 0.015f, -1, 0.12f, canopy);
        f.Bend(c.Dark with { Line = 0, Opacity = 0.7f }, 0, top, w * 0.4f, -0.4f, w * 0.33f, 0.08f, 0.015f, -1, 0.12f, canopy);
        f.Signed(c, 0, -0.35f, 0.2f, canopy);
        f.Disc(c.Accent, 0, top - 0.03f, 0.06f, 0.1f);
        f.Top = (0, top, 0.5f);
        f.Eyes = (0, -0.35f, 0.75f);
        f.Neck = (0, 0.3f, 0.4f);
    }
}
