using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class SeaAnimals
{
    internal static readonly SubjectClass[] All =
    [
        new("fish", "sea animal", Fish), new("whale", "sea animal", Whale), new("octopus", "sea animal", Octopus),
        new("crab", "sea animal", Crab), new("turtle", "sea animal", Turtle),
    ];

    static void Fish(Figure f, Coat c)
    {
        float h = c.Trait(0, 0.42f, 0.58f), tail = c.Trait(1, 0.3f, 0.46f);
        f.Polygon(c.Second, [-.05f, 0, -.45f, -tail, -.32f, 0, -.45f, tail], 0.05f, -0.52f, 0.1f);
        f.Polygon(c.Second, [-.4f, 0, -.1f, -.42f, .35f, -.3f, .3f, 0], 0.04f, 0, 0.18f - h);
        f.Polygon(c.Second, [-.2f, 0, -.25f, .3f, .15f, .05f], 0.04f, 0, 0.02f + h);
        int body = f.Ellipse(c.Body, 0.08f, 0.1f, 0.7f, h);
        f.Ellipse(c.Plain with { Line = 0.6f }, 0.62f, 0.1f, 0.34f, h * 0.9f, 0, 0.05f, body);
        f.Signed(c, -0.1f, 0, 0.18f, body);
        f.Ellipse(c.Accent, 0.08f, 0.22f, 0.2f, 0.11f, 30, 0.2f);
        f.Eye(0.52f, 0, c.Trait(2, 0.12f, 0.16f));
        f.Smile(0.66f, 0.3f, 0.1f, 0.2f);
        f.Top = (0.3f, 0.12f - h, 0.6f);
        f.Eyes = (0.5f, 0.02f, 0.5f);
        f.Neck = (0.3f, 0.1f + (h * 0.85f), 0.55f);
    }

    static void Whale(Figure f, Coat c)
    {
        f.Ellipse(c.Dark, -0.88f, -0.3f, 0.2f, 0.1f, 40);
        f.Ellipse(c.Dark, -0.7f, -0.38f, 0.2f, 0.1f, -40);
        f.Bend(c.Plain, -0.2f, 0.4f, -0.72f, 0.4f, -0.78f, -0.22f, 0.34f, 0.07f);
        float h = c.Trait(0, 0.48f, 0.58f);
        int body = f.Ellipse(c.Body, 0.14f, 0.34f, 0.78f, h);
        f.Ellipse(c.Light, 0.32f, 0.42f + h, 0.85f, h * 0.85f, 0, 0.1f, body);
        for (int i = 0; i < 3; i++)
            f.Limb(c.Dark with { Line = 0, Opacity = 0.6f }, 0.3f + (0.18f * i), 0.72f, 0.32f + (0.16f * i), 0.95f, 0.018f, -1, 0.12f,
                body);
        f.Signed(c, -0.05f, 0.16f, 0.18f, body);
        f.Ellipse(c.Dark, 0.1f, 0.72f, 0.24f, 0.1f, 35, 0.25f);
        f.Eye(0.58f, 0.28f, 0.1f);
        Paint water = new(Rgb.Hex(0x9BD8F0));
        f.Bend(water, 0.2f, -0.2f, 0.2f, -0.6f, -0.04f, -0.66f, 0.05f);
        f.Bend(water, 0.2f, -0.2f, 0.2f, -0.6f, 0.44f, -0.66f, 0.05f);
        f.Top = (0.42f, 0.36f - h, 0.6f);
        f.Eyes = (0.55f, 0.28f, 0.5f);
        f.Neck = (0.3f, 0.85f, 0.7f);
    }

    static void Octopus(Figure f, Coat c)
    {
        float spread = c.Trait(0, 0.8f, 1.05f), r = c.Trait(1, 0.46f, 0.56f);
        foreach (float x in (ReadOnlySpan<float>)[-0.85f, -0.5f, -0.17f, 0.17f, 0.5f, 0.85f])
            f.Bend(x is -0.5f or 0.5f ? c.Dark : c.Plain, x * 0.45f, 0.25f, x * spread, 0.6f,
                (x * spread * 0.9f) + (x < 0 ? -0.08f : 0.08f), 0.93f, 0.15f, 0.06f,
                x is -0.5f or 0.5f ? -0.1f : 0.1f);
        int head = f.Lathe(c.Body, [-.95f, .1f, -.75f, r * 0.8f, -.3f, r, .1f, r * 0.85f, .42f, r * 0.8f]);
        f.Signed(c, 0, -0.58f, 0.18f, head);
        f.Eye(-0.2f, -0.1f, c.Trait(2, 0.13f, 0.18f));
        f.Eye(0.2f, -0.1f, c.Trait(2, 0.13f, 0.18f));
        f.Smile(0, 0.24f, 0.14f);
        f.Top = (0, -0.86f, 0.75f);
        f.Eyes = (0, -0.1f, 0.8f);
        f.Neck = (0, 0.32f, 0.8f);
    }

    static void Crab(Figure f, Coat c)
    {
        int first = f.Count;
        for (int i = 0; i < 3; i++)
            f.Bend(c.Dark, 0.4f, 0.55f, 0.8f + (0.06f * i), 0.4f + (0.14f * i), 0.72f + (0.05f * (2 - i)), 0.72f + (0.12f * i), 0.06f,
                0.03f);
        f.Bend(c.Plain, 0.4f, 0.4f, 0.9f, 0.25f, 0.72f, -0.15f, 0.09f, 0.08f);
        float claw = c.Trait(0, 0.2f, 0.27f);
        f.Arc(c.Body, 0.7f, -0.36f, claw * 0.75f, claw * 0.85f, -60, 230, 0.1f);
        f.Limb(c.Plain, 0.18f, 0.2f, 0.2f, -0.1f, 0.045f, -1, 0.2f);
        f.Eye(0.2f, -0.18f, 0.13f);
        f.Mirror(first);
        int body = f.Ellipse(c.Body, 0, 0.48f, c.Trait(1, 0.54f, 0.64f), c.Trait(2, 0.34f, 0.42f), 0, 0.1f);
        f.Signed(c, 0, 0.38f, 0.18f, body);
        f.Smile(0, 0.74f, 0.2f, 0.2f);
        f.Top = (0, 0.12f, 0.6f);
        f.Eyes = (0, -0.18f, 0.7f);
        f.Neck = (0, 0.8f, 0.6f);
    }

    static void Turtle(Figure f, Coat c)
    {
        float h = c.Trait(0, 0.58f, 0.74f);
        f.Limb(c.Light, -0.45f, 0.6f, -0.52f, 0.88f, 0.14f, 0.12f);
        f.Limb(c.Light, 0.32f, 0.6f, 0.4f, 0.88f, 0.14f, 0.12f, 0.1f);
        f.Polygon(c.Light, [0, -.1f, -.3f, .14f, 0, .12f], 0.03f, -0.68f, 0.55f);
        f.Bend(c.Light, 0.4f, 0.55f, 0.7f, 0.6f, 0.72f, 0.1f, 0.16f, 0.15f);
        f.Ellipse(c.Light, 0.74f, 0.02f, 0.23f, 0.2f, 0, 0.2f);
        f.Bead(0.82f, -0.04f, 0.055f);
        f.Smile(0.84f, 0.13f, 0.07f, 0.3f);
        int shell = f.Polygon(c.Body, [-.72f, .68f, -.68f, .35f, -.5f, .02f, -.22f, -.16f, 0, -.2f, .2f, -.16f, .45f, .02f, .58f, .35f,
            .6f, .68f], 0.06f, -0.05f,
            0.68f - (0.68f * h / 0.62f), 1, h / 0.62f, 0.1f);
        f.Box(c.Second, -0.1f, 0.68f, 0.68f, 0.075f, 0.07f, 0, 0.15f);
        f.Signed(c, -0.1f, 0.3f, 0.2f, shell);
        f.Top = (0.74f, -0.14f, 0.42f);
        f.Eyes = (0.78f, -0.03f, 0.4f);
        f.Neck = (0.7f, 0.3f, 0.36f);
    }
}
