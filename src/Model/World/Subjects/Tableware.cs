using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Tableware
{
    internal static readonly SubjectClass[] All =
    [
        new("teapot", "tableware", Teapot), new("cup", "tableware", Cup), new("vase", "tableware", Vase),
        new("watering can", "tableware", WateringCan),
    ];

    static void Teapot(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.5f, 0.58f), top = c.Trait(1, -0.42f, -0.2f);
        f.Arc(c.Second, -w - 0.02f, 0.25f, c.Trait(2, 0.24f, 0.32f), 0.12f, 80, 285);
        f.Bend(c.Second, w - 0.1f, 0.45f, w + 0.25f, 0.4f, w + 0.32f, -0.15f, 0.17f, 0.08f);
        int body = c.Form(3, 2) == 0
            ? f.Lathe(c.Body, [top, .28f, top + .12f, .36f, .25f, w, .6f, w * .98f, .85f, w * .72f, .93f, w * .6f], z: 0.1f)
            : f.Lathe(c.Body, [top, .34f, top + .15f, .4f, .3f, .44f, .7f, w * 1.05f, .88f, w, .94f, w * .8f], z: 0.1f);
        f.Signed(c, 0, 0.38f, 0.24f, body);
        f.Lathe(c.Second, [top - .2f, .02f, top - .16f, .18f, top - .04f, .33f, top + .03f, .35f], z: 0.15f);
        f.Disc(c.Accent, 0, top - 0.24f, c.Trait(4, 0.07f, 0.11f), 0.15f);
        f.Top = (0, top - 0.1f, 0.7f);
        f.Eyes = (0, 0.15f, 0.75f);
        f.Neck = (0, 0.55f, 1);
    }

    static void Cup(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.44f, 0.54f), foot = c.Trait(1, 0.3f, 0.5f), h = c.Trait(2, -0.55f, -0.25f);
        f.Arc(c.Second, w + 0.02f, (h + 0.75f) / 2, c.Trait(3, 0.22f, 0.3f), 0.12f, -100, 110);
        int body = f.Lathe(c.Body, [h, w, (h + .9f) / 2, (w + foot) / 2 + .03f, .82f, foot, .92f, foot * .85f], z: 0.1f);
        f.Signed(c, 0, (h + 0.9f) / 2, 0.24f, body);
        f.Ellipse(c.Light, 0, h, w + 0.015f, 0.13f, 0, 0.1f);
        f.Ellipse(new Paint(Rgb.Hex(c.Form(4, 2) == 0 ? 0x6B4226 : 0xC98A4B)) { Line = 0.5f }, 0, h + 0.02f, w * 0.84f, 0.085f, 0, 0.1f);
        f.Bend(Paint.Flat(Rgb.White, 0.55f, 0.08f), -0.1f, h - 0.1f, -0.28f, h - 0.22f, -0.08f, h - 0.4f, 0.04f, 0.02f);
        f.Bend(Paint.Flat(Rgb.White, 0.55f, 0.08f), 0.14f, h - 0.1f, 0, h - 0.2f, 0.2f, h - 0.36f, 0.04f, 0.02f);
        f.Top = (0, h - 0.02f, 0.8f);
        f.Eyes = (0, (h * 0.6f) + 0.3f, 0.75f);
        f.Neck = (0, 0.62f, 0.8f);
    }

    static void Vase(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.38f, 0.52f), neck = c.Trait(1, 0.15f, 0.24f);
        ReadOnlySpan<float> stems = [-0.3f, -0.66f, 0.02f, -0.8f, 0.32f, -0.62f];
        for (int i = 0; i < 3; i++)
        {
            f.Bend(Coat.Leaf, 0, -0.1f, stems[2 * i] * 0.4f, -0.4f, stems[2 * i], stems[(2 * i) + 1], 0.03f);
            for (int petal = 0; petal < 5; petal++)
                f.Disc(c.Accent with { Line = 0.6f }, stems[2 * i] + (0.09f * Angles.Cos(petal * 1.2566f)),
                    stems[(2 * i) + 1] + (0.09f * Angles.Sin(petal * 1.2566f)), 0.075f, 0.1f);
            f.Disc(new(Rgb.Gold) { Line = 0.5f }, stems[2 * i], stems[(2 * i) + 1], 0.06f, 0.12f);
        }
        int body = c.Form(2, 3) switch
        {
            0 => f.Lathe(c.Body, [-.28f, neck + .1f, -.18f, neck, .02f, neck, .4f, w, .7f, w * .9f, .94f, w * .5f], z: 0.1f),
            1 => f.Lathe(c.Body, [-.3f, neck + .16f, -.1f, neck + .04f, .3f, w * .7f, .6f, w * .6f, .94f, w * .85f], z: 0.1f),
            _ => f.Lathe(c.Body, [-.25f, w * .8f, 0, w, .3f, w * .9f, .7f, w * .5f, .86f, w * .4f, .94f, w * .6f], z: 0.1f),
        };
        f.Box(c.Second, 0, 0.1f, 0.6f, 0.045f, 0.02f, 0, 0.12f, body);
        f.Signed(c, 0, 0.48f, 0.18f, body);
        f.Top = (0, -0.75f, 0.6f);
        f.Eyes = (0, 0.36f, 0.55f);
        f.Neck = (0, -0.06f, 0.45f);
    }

    static void WateringCan(Figure f, Coat c)
    {
        float h = c.Trait(0, -0.1f, 0.15f), w = c.Trait(1, 0.4f, 0.48f);
        f.Limb(c.Second, 0.3f, 0.7f, 0.82f, -0.1f, 0.1f, 0.06f);
        f.Polygon(c.Accent, [-.12f, -.1f, .16f, -.2f, .2f, .12f, .02f, .16f], 0.03f, 0.8f, -0.16f);
        f.Arc(c.Second, -0.2f, h, c.Trait(2, 0.4f, 0.5f), 0.1f, 150, 345);
        int body = f.Polygon(c.Body, [-w, h, w * .9f, h, w, .92f, -w - .04f, .92f], 0.04f, -0.15f, 0, 1, 1, 0.1f);
        f.Box(c.Second, -0.15f, h, w, 0.05f, 0.04f, 0, 0.12f);
        f.Box(c.Second, -0.15f, 0.9f, w + 0.05f, 0.05f, 0.04f, 0, 0.12f);
        f.Signed(c, -0.15f, (h + 0.9f) / 2, 0.22f, body);
        f.Top = (-0.18f, h - 0.02f, 0.7f);
        f.Eyes = (-0.15f, h + 0.3f, 0.68f);
        f.Neck = (-0.15f, 0.7f, 0.85f);
    }
}
