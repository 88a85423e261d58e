using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Toys
{
    internal static readonly SubjectClass[] All =
    [
        new("teddy bear", "toy", TeddyBear), new("robot", "toy", Robot), new("snowman", "toy", Snowman),
        new("kite", "toy", Kite), new("rocking horse", "toy", RockingHorse),
    ];

    static void TeddyBear(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.4f, 0.5f), r = c.Trait(1, 0.4f, 0.46f);
        int first = f.Count;
        f.Limb(c.Plain, 0.28f, 0.2f, 0.64f, 0.42f + c.Trait(2, -0.25f, 0.15f), 0.16f, 0.15f);
        f.Limb(c.Plain, 0.25f, 0.7f, 0.5f, 0.84f, 0.17f, 0.15f, 0.1f);
        f.Disc(c.Second, 0.54f, 0.84f, 0.12f, 0.15f);
        f.Disc(c.Plain, r * 0.78f, -0.36f - (r * 0.8f), c.Trait(3, 0.15f, 0.2f));
        f.Disc(c.Second with { Line = 0.5f }, r * 0.78f, -0.36f - (r * 0.8f), 0.09f, 0.02f);
        f.Mirror(first);
        int body = f.Ellipse(c.Body, 0, 0.42f, w, 0.46f);
        f.Ellipse(c.Light with { Line = 0.5f }, 0, 0.46f, w * 0.6f, 0.28f, 0, 0.1f, body);
        f.Signed(c, 0, 0.46f, 0.19f, body);
        f.Ellipse(c.Plain, 0, -0.36f, r * 1.05f, r, 0, 0.15f);
        f.Ellipse(c.Light, 0, -0.2f, r * 0.5f, r * 0.38f, 0, 0.25f);
        f.Ellipse(Coat.Black, 0, -0.3f, 0.09f, 0.065f, 0, 0.3f);
        f.Smile(0, -0.1f, 0.1f, 0.28f);
        f.Bead(-r * 0.42f, -0.45f, 0.07f);
        f.Bead(r * 0.42f, -0.45f, 0.07f);
        f.Top = (0, -0.36f - (r * 0.85f), 0.72f);
        f.Eyes = (0, -0.45f, 0.7f);
        f.Neck = (0, 0.05f, 0.72f);
    }

    static void Robot(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.36f, 0.48f), head = c.Trait(1, 0.3f, 0.4f);
        int first = f.Count;
        f.Bend(Coat.Steel, w, 0.08f, w + 0.3f, 0.1f, w + 0.22f, 0.42f + c.Trait(2, -0.5f, 0), 0.07f);
        f.Disc(c.Accent, w + 0.22f, 0.46f + c.Trait(2, -0.5f, 0), 0.12f, 0.1f);
        f.Limb(Coat.Steel, w * 0.5f, 0.6f, w * 0.5f, 0.85f, 0.09f);
        f.Box(c.Dark, (w * 0.5f) + 0.03f, 0.91f, 0.18f, 0.09f, 0.06f, 0, 0.1f);
        f.Mirror(first);
        f.Box(Coat.Steel, 0, -0.14f, 0.1f, 0.12f);
        int body = f.Box(c.Body, 0, 0.3f, w, 0.4f, 0.03f + (0.09f * c.Form(3, 3)), 0, 0.1f);
        f.Box(c.Light with { Line = 0.6f }, 0, 0.28f, w * 0.62f, 0.2f, 0.04f, 0, 0.15f);
        f.Signed(c, 0, 0.28f, 0.15f, body);
        f.Disc(c.Accent, -w * 0.5f, 0.58f, 0.045f, 0.18f);
        f.Disc(c.Second, 0, 0.58f, 0.045f, 0.18f);
        f.Disc(c.Accent, w * 0.5f, 0.58f, 0.045f, 0.18f);
        f.Limb(Coat.Steel, 0, -0.7f, 0, -0.88f, 0.035f);
        f.Disc(c.Accent with { Gloss = 1 }, 0, -0.91f, c.Trait(4, 0.07f, 0.1f));
        f.Disc(c.Second, -head - 0.05f, -0.45f, 0.1f);
        f.Disc(c.Second, head + 0.05f, -0.45f, 0.1f);
        f.Box(c.Plain, 0, -0.46f, head + 0.02f, 0.26f, 0.05f + (0.1f * c.Form(5, 2)), 0, 0.2f);
        f.Eye(-0.16f, -0.5f, c.Trait(6, 0.1f, 0.14f));
        f.Eye(0.16f, -0.5f, c.Trait(6, 0.1f, 0.14f));
        f.Box(Coat.Black with { Line = 0 }, 0, -0.29f, 0.16f, 0.04f, 0.03f, 0, 0.25f);
        f.Top = (0, -0.72f, 0.66f);
        f.Eyes = (0, -0.5f, 0.66f);
        f.Neck = (0, -0.12f, 0.6f);
    }

    static void Snowman(Figure f, Coat c)
    {
        Paint snow = new(Rgb.Lighter(c.Plain.Colour, 0.72f));
        float low = c.Trait(0, 0.44f, 0.52f), middle = c.Trait(1, 0.32f, 0.38f), top = c.Trait(2, 0.25f, 0.3f);
        f.Bend(Coat.Wood, -0.2f, 0, -0.5f, -0.02f, -0.85f, -0.3f, 0.035f);
        f.Bend(Coat.Wood, 0.2f, 0, 0.5f, -0.02f, 0.85f, -0.2f, 0.035f);
        f.Disc(snow, 0, 0.98f - low, low);
        int body = f.Disc(snow, 0, 0.12f, middle, 0.1f);
        f.Signed(c, 0.16f, 0.62f, 0.14f, -1);
        for (int i = 0; i < 3; i++)
            f.Disc(c.Accent, 0, 0.06f + (0.18f * i), 0.045f, 0.2f, i == 0 ? body : -1);
        f.Disc(snow, 0, -0.38f, top, 0.2f);
        f.Box(c.Body, 0, -0.14f, top * 1.05f, 0.085f, 0.07f, 0, 0.22f);
        f.Box(c.Body, top * 0.6f, 0.06f, 0.09f, 0.2f, 0.05f, -12, 0.24f);
        f.Box(c.Second, 0, -0.6f, top * 1.2f, 0.05f, 0.04f, 0, 0.25f);
        f.Box(c.Plain, 0, -0.76f, top * 0.8f, c.Trait(3, 0.14f, 0.2f), 0.04f, 0, 0.25f);
        f.Polygon(new(Rgb.Hex(0xEE8434)), [0, -.06f, .36f, .03f, 0, .06f], 0.02f, 0, -0.36f, 1, 1, 0.4f);
        f.Bead(-0.1f, -0.46f, 0.045f);
        f.Bead(0.12f, -0.46f, 0.045f);
        f.Top = (0, -0.88f, 0.5f);
        f.Eyes = (0, -0.46f, 0.48f);
        f.Neck = (0, -0.14f, 0.56f);
    }

    static void Kite(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.55f, 0.75f), cross = c.Trait(1, -0.4f, -0.15f);
        f.Bend(Coat.Wood, 0, 0.45f, 0.4f, 0.75f, -0.1f, 0.98f, 0.02f);
        int count = 2 + c.Form(2, 3);
        for (int i = 0; i < count; i++)
            f.Polygon(i % 2 == 0 ? c.Accent : c.Second, [0, 0, -.14f, -.09f, -.14f, .09f, 0, 0, .14f, -.09f, .14f, .09f], 0.015f,
                0.17f - (0.03f * i * i), 0.58f + (0.13f * i));
        int sail = f.Polygon(c.Body, [0, -.95f, w, cross, 0, .48f, -w, cross], 0.02f, z: 0.1f);
        f.Polygon(c.Second with { Line = 0.5f }, [0, -.95f, w, cross, 0, cross], 0, z: 0.1f, clip: sail);
        f.Polygon(c.Second with { Line = 0.5f }, [0, .48f, -w, cross, 0, cross], 0, z: 0.1f, clip: sail);
        f.Limb(Coat.Wood, 0, -0.94f, 0, 0.48f, 0.02f, -1, 0.12f);
        f.Limb(Coat.Wood, -w, cross, w, cross, 0.02f, -1, 0.12f);
        f.Signed(c, w * 0.3f, cross + 0.2f, 0.16f, sail);
        f.Top = (0, -0.9f, 0.4f);
        f.Eyes = (0, cross - 0.1f, 0.7f);
        f.Neck = (0, 0.3f, 0.5f);
    }

    static void RockingHorse(Figure f, Coat c)
    {
        f.Arc(Coat.Wood, 0, -0.35f, 1.25f, 0.11f, 48, 132);
        f.Limb(c.Second, -0.34f, 0.3f, -0.48f, 0.76f, 0.09f, 0.07f);
        f.Limb(c.Second, 0.3f, 0.3f, 0.46f, 0.76f, 0.09f, 0.07f);
        f.Bend(c.Accent, -0.5f, 0, -0.85f, 0, -0.8f, 0.5f, 0.1f, 0.06f);
        f.Limb(c.Accent, 0.2f, -0.1f, 0.32f, -0.75f, 0.15f, 0.1f);
        f.Limb(c.Plain, 0.3f, 0.1f, 0.45f, -0.55f, 0.24f, 0.16f);
        int body = f.Ellipse(c.Body, -0.06f, 0.15f, c.Trait(0, 0.48f, 0.56f), c.Trait(1, 0.26f, 0.32f));
        f.Polygon(c.Accent, [-.22f, -.2f, .2f, -.2f, .24f, .1f, -.26f, .1f], 0.05f, -0.08f, 0.08f, 1, 1, 0.1f);
        f.Signed(c, -0.08f, 0.02f, 0.11f, body);
        f.Limb(c.Plain, 0.46f, -0.6f, 0.74f, -0.4f, 0.18f, 0.12f, 0.15f);
        f.Polygon(c.Plain, [-.07f, 0, 0, -.24f, .08f, 0], 0.02f, 0.4f, -0.74f, 1, 1, 0.15f);
        f.Bead(0.52f, -0.6f, 0.055f);
        f.Limb(c.Second, 0.62f, -0.66f, 0.56f, -0.36f, 0.03f, -1, 0.2f);
        f.Top = (0.44f, -0.74f, 0.4f);
        f.Eyes = (0.54f, -0.58f, 0.42f);
        f.Neck = (0.34f, -0.2f, 0.5f);
    }
}
