using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Clothing
{
    internal static readonly SubjectClass[] All =
    [
        new("boot", "clothing", Boot), new("sneaker", "clothing", Sneaker), new("backpack", "clothing", Backpack),
        new("handbag", "clothing", Handbag),
    ];

    static void Boot(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.28f, 0.36f), top = c.Trait(1, -0.9f, -0.5f);
        int leg = f.Polygon(c.Body, [-.3f - w, top, -.3f + w, top, -.3f + w, .25f, .45f, .42f, .68f, .62f, .68f, .84f, -.32f - w, .84f],
            0.08f, 0.05f);
        f.Ellipse(c.Second, 0.5f, 0.68f, 0.3f, 0.24f, 0, 0.1f, leg);
        f.Box(c.Second, -0.25f, top + 0.04f, w + 0.1f, c.Trait(2, 0.08f, 0.14f), 0.05f, 0, 0.1f);
        f.Signed(c, -0.25f, (top + 0.6f) / 2, 0.2f, leg);
        f.Box(Coat.Black, 0.1f, 0.9f, 0.74f, 0.07f, 0.05f, 0, 0.1f);
        if (c.Form(3, 2) == 0)
            f.Box(Coat.Black, -0.42f, 0.93f, 0.2f, 0.07f, 0.03f, 0, 0.1f);
        for (int i = 0; i < 3; i++)
            f.Limb(c.Accent, -0.12f + (0.07f * i), 0.06f + (0.14f * i), 0.12f + (0.07f * i), 0 + (0.14f * i), 0.03f, -1, 0.15f);
        f.Top = (-0.25f, top, 0.72f);
        f.Eyes = (-0.2f, top + 0.35f, 0.6f);
        f.Neck = (-0.22f, 0.2f, 0.66f);
    }

    static void Sneaker(Figure f, Coat c)
    {
        float heel = c.Trait(0, -0.3f, -0.05f);
        int shoe = f.Polygon(c.Body, [-.72f, heel, -.5f, heel - .06f, -.3f, heel + .1f, .05f, heel - .02f, .5f, .45f, .82f, .55f, .88f,
            .78f, -.78f, .78f], 0.07f);
        f.Ellipse(c.Second, 0.7f, 0.72f, 0.26f, 0.24f, 0, 0.05f, shoe);
        f.Polygon(c.Second, [-.8f, heel, -.55f, heel, -.5f, .8f, -.85f, .8f], 0.02f, z: 0.05f, clip: shoe);
        f.Signed(c, -0.18f, 0.46f, 0.19f, shoe);
        for (int i = 0; i < 4; i++)
            f.Limb(Coat.White, 0.04f + (0.11f * i), heel + 0.08f + (0.13f * i), 0.22f + (0.11f * i), heel + (0.13f * i) - 0.01f, 0.035f,
                -1, 0.12f);
        f.Box(Coat.White, 0.03f, 0.86f, 0.86f, c.Trait(1, 0.07f, 0.12f), 0.07f, 0, 0.1f);
        f.Box(c.Accent with { Line = 0 }, 0.03f, 0.88f, 0.8f, 0.02f, 0.02f, 0, 0.12f);
        f.Top = (-0.4f, heel, 0.5f);
        f.Eyes = (-0.1f, heel + 0.3f, 0.55f);
        f.Neck = (0.1f, 0.6f, 0.8f);
    }

    static void Backpack(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.46f, 0.58f), top = c.Trait(1, -0.75f, -0.55f);
        f.Arc(c.Dark, 0, top + 0.02f, 0.18f, 0.08f, 180, 360);
        f.Bend(c.Dark, -w + 0.1f, -0.3f, -w - 0.32f, 0.2f, -w + 0.05f, 0.8f, 0.07f);
        f.Bend(c.Dark, w - 0.1f, -0.3f, w + 0.32f, 0.2f, w - 0.05f, 0.8f, 0.07f);
        int body = f.Lathe(c.Body, [top, w * .55f, top + .15f, w * .85f, -.1f, w, .5f, w, .85f, w * .96f, .93f, w * .85f], z: 0.1f);
        f.Polygon(c.Second, [-.9f, -1, .9f, -1, .9f, -.1f, 0, .06f, -.9f, -.1f], 0.02f, 0, 0, w, -top * 0.8f, 0.12f, body);
        f.Box(c.Plain, 0, 0.52f, w * 0.72f, c.Trait(2, 0.22f, 0.3f), 0.09f, 0, 0.15f);
        f.Box(c.Accent with { Line = 0.6f }, 0, 0.38f, w * 0.62f, 0.03f, 0.02f, 0, 0.17f);
        f.Signed(c, 0, 0.58f, 0.15f, body);
        f.Box(Coat.Gold, 0, 0.0f, 0.07f, 0.09f, 0.03f, 0, 0.18f);
        f.Top = (0, top - 0.02f, 0.75f);
        f.Eyes = (0, -0.28f, 0.75f);
        f.Neck = (0, 0.16f, 0.9f);
    }

    static void Handbag(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.56f, 0.7f), top = c.Trait(1, -0.1f, 0.1f);
        f.Arc(c.Second, 0, top + 0.05f, c.Trait(2, 0.36f, 0.48f), 0.09f, 180, 360);
        int bag = f.Polygon(c.Body, [-w * .78f, top, w * .78f, top, w, .9f, -w, .9f], 0.06f, z: 0.1f);
        f.Polygon(c.Second, [-w * .82f, top - .02f, w * .82f, top - .02f, w * .7f, top + .32f, 0, top + .45f, -w * .7f, top + .32f], 0.03f,
            z: 0.14f);
        f.Disc(Coat.Gold, 0, top + 0.38f, 0.08f, 0.18f);
        f.Disc(Coat.Gold, -w * 0.6f, top + 0.04f, 0.06f, 0.16f);
        f.Disc(Coat.Gold, w * 0.6f, top + 0.04f, 0.06f, 0.16f);
        f.Signed(c, w * 0.5f, 0.68f, 0.15f, bag);
        f.Box(c.Dark, 0, 0.9f, w + 0.03f, 0.05f, 0.04f, 0, 0.12f);
        f.Top = (0, top - 0.02f, 0.8f);
        f.Eyes = (0, 0.3f, 0.75f);
        f.Neck = (0, 0.65f, 1);
    }
}
