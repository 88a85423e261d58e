using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Birds
{
    internal static readonly SubjectClass[] All =
    [
        new("bird", "bird", Songbird), new("owl", "bird", Owl), new("penguin", "bird", Penguin),
        new("duck", "bird", Duck), new("flamingo", "bird", Flamingo), new("rooster", "bird", Rooster),
    ];

    static void Songbird(Figure f, Coat c)
    {
        float r = c.Trait(0, 0.5f, 0.62f);
        f.Polygon(c.Dark, [-.35f, .1f, -1, -.35f, -.95f, -.05f, -.9f, .15f, -.35f, .4f], 0.03f, 0, 0.05f);
        f.Limb(Coat.Beak, -0.08f, 0.6f, -0.1f, 0.95f, 0.045f);
        f.Limb(Coat.Beak, 0.15f, 0.6f, 0.15f, 0.95f, 0.045f, -1, 0.1f);
        int body = f.Ellipse(c.Body, 0, 0.15f, 0.62f, r, -18);
        f.Ellipse(c.Light with { Line = 0 }, 0.2f, 0.4f, 0.42f, 0.36f, -18, 0, body);
        f.Ellipse(c.Second, -0.22f, 0.18f, 0.42f, c.Trait(1, 0.2f, 0.3f), 22, 0.15f);
        f.Signed(c, -0.2f, 0.18f, 0.15f, -1);
        f.Polygon(Coat.Beak, [0, -.14f, .36f, 0, 0, .14f], 0.03f, 0.62f, -0.42f, 1, 1, 0.35f);
        f.Disc(c.Plain, 0.38f, -0.42f, c.Trait(2, 0.32f, 0.38f), 0.2f);
        if (c.Form(3, 2) == 0)
            f.Bend(c.Accent, 0.3f, -0.72f, 0.2f, -0.95f, 0.42f, -0.98f, 0.06f, 0.03f, 0.2f);
        f.Eye(0.46f, -0.48f, 0.12f);
        f.Top = (0.38f, -0.72f, 0.6f);
        f.Eyes = (0.42f, -0.46f, 0.55f);
        f.Neck = (0.28f, -0.1f, 0.62f);
    }

    static void Owl(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.52f, 0.64f);
        f.Limb(Coat.Beak, -0.2f, 0.9f, -0.2f, 0.96f, 0.08f);
        f.Limb(Coat.Beak, 0.2f, 0.9f, 0.2f, 0.96f, 0.08f);
        int body = f.Lathe(c.Plain, [-.8f, .2f, -.6f, w * 0.95f, 0, w, .5f, w * 0.92f, .92f, w * 0.4f]);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
            f.Polygon(c.Plain, [-.16f, .2f, 0, -.32f, .2f, .15f], 0.04f, side * w * 0.7f, -0.72f, side, 1);
        f.Ellipse(c.Body with { Colour = c.Light.Colour, Line = 0.5f }, 0, 0.42f, w * 0.62f, 0.48f, 0, 0.2f, body);
        f.Signed(c, 0, 0.4f, 0.2f, body);
        f.Ellipse(c.Dark, -w * 0.92f, 0.25f, 0.16f, 0.48f, 10, 0.1f);
        f.Ellipse(c.Dark, w * 0.92f, 0.25f, 0.16f, 0.48f, -10, 0.1f);
        float r = c.Trait(1, 0.24f, 0.3f);
        f.Disc(c.Second, -0.27f, -0.38f, r + 0.06f, 0.28f);
        f.Disc(c.Second, 0.27f, -0.38f, r + 0.06f, 0.28f);
        f.Eye(-0.26f, -0.38f, r * 0.8f, 0.32f);
        f.Eye(0.26f, -0.38f, r * 0.8f, 0.32f);
        f.Polygon(Coat.Beak, [-.1f, -.08f, .1f, -.08f, 0, .16f], 0.03f, 0, -0.2f, 1, 1, 0.42f);
        f.Top = (0, -0.82f, 0.95f);
        f.Eyes = (0, -0.38f, 1.05f);
        f.Neck = (0, 0.02f, 1.1f);
    }

    static void Penguin(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.46f, 0.58f);
        f.Ellipse(Coat.Beak, -0.22f, 0.93f, 0.22f, 0.08f, 0, 0.15f);
        f.Ellipse(Coat.Beak, 0.22f, 0.93f, 0.22f, 0.08f, 0, 0.15f);
        f.Ellipse(c.Dark, -w - 0.04f, 0.2f, 0.12f, 0.44f, 22);
        f.Ellipse(c.Dark, w + 0.04f, 0.2f, 0.12f, 0.44f, -22);
        int body = f.Lathe(c.Body, [-.92f, .12f, -.75f, .34f, -.45f, .4f, .1f, w, .6f, w, .92f, w * 0.5f]);
        f.Ellipse(Coat.White, 0, 0.38f, w * 0.72f, 0.52f, 0, 0.15f, body);
        f.Ellipse(Coat.White with { Line = 0.5f }, -0.15f, -0.5f, 0.2f, 0.24f, 0, 0.2f, body);
        f.Ellipse(Coat.White with { Line = 0.5f }, 0.15f, -0.5f, 0.2f, 0.24f, 0, 0.2f, body);
        f.Signed(c, 0, 0.35f, 0.2f, body);
        f.Bead(-0.16f, -0.54f, 0.085f, 0.28f);
        f.Bead(0.16f, -0.54f, 0.085f, 0.28f);
        f.Ellipse(Coat.Beak, 0, -0.36f, 0.17f, 0.1f, 0, 0.36f);
        f.Top = (0, -0.9f, 0.62f);
        f.Eyes = (0, -0.53f, 0.6f);
        f.Neck = (0, -0.14f, 0.85f);
    }

    static void Duck(Figure f, Coat c)
    {
        float l = c.Trait(0, 0.62f, 0.74f);
        f.Polygon(c.Plain, [-.4f, 0, -1.02f, -.3f, -.85f, .45f], 0.06f, 0.1f, 0.3f);
        int body = f.Ellipse(c.Body, -0.08f, 0.48f, l, c.Trait(1, 0.42f, 0.5f));
        f.Limb(c.Plain, 0.35f, 0.3f, 0.36f, -0.35f, 0.26f, 0.22f);
        f.Ellipse(c.Second, -0.2f, 0.42f, 0.42f, 0.24f, 12, 0.15f);
        f.Signed(c, -0.2f, 0.42f, 0.16f, body);
        f.Ellipse(Coat.Beak, 0.78f, -0.3f, 0.2f, 0.1f, 8, 0.35f);
        f.Disc(c.Plain, 0.4f, -0.42f, c.Trait(2, 0.3f, 0.36f), 0.2f);
        f.Box(c.Accent with { Line = 0.7f }, 0.38f, -0.06f, 0.24f, 0.06f, 0.05f, 0, 0.2f);
        f.Eye(0.5f, -0.5f, 0.11f);
        f.Top = (0.4f, -0.72f, 0.56f);
        f.Eyes = (0.46f, -0.48f, 0.52f);
        f.Neck = (0.38f, -0.02f, 0.5f);
    }

    static void Flamingo(Figure f, Coat c)
    {
        float l = c.Trait(0, 0.36f, 0.46f), up = c.Trait(1, -0.78f, -0.66f);
        f.Limb(c.Dark, -0.12f, 0.2f, -0.1f, 0.95f, 0.035f);
        f.Bend(c.Dark, -0.02f, 0.2f, 0.3f, 0.5f, -0.06f, 0.58f, 0.035f, -1, 0.1f);
        f.Polygon(c.Dark, [-.2f, -.1f, -.62f, .12f, -.2f, .25f], 0.04f, -0.2f, 0.05f);
        int body = f.Ellipse(c.Body, -0.15f, 0.08f, l, 0.28f, -10);
        f.Bend(c.Plain, 0.1f, 0, 0.75f, -0.1f, 0.2f, up, 0.11f, 0.08f, 0.1f);
        f.Ellipse(c.Second, -0.22f, 0.08f, 0.28f, 0.16f, 14, 0.12f);
        f.Signed(c, -0.2f, 0.06f, 0.12f, body);
        f.Bend(Coat.White, 0.34f, up, 0.56f, up, 0.52f, up + 0.22f, 0.08f, 0.03f, 0.2f);
        f.Limb(Coat.Black, 0.525f, up + 0.12f, 0.51f, up + 0.24f, 0.04f, 0.02f, 0.22f);
        f.Disc(c.Plain, 0.24f, up, 0.16f, 0.2f);
        f.Bead(0.28f, up - 0.03f, 0.05f);
        f.Top = (0.24f, up - 0.13f, 0.32f);
        f.Eyes = (0.27f, up - 0.02f, 0.3f);
        f.Neck = (0.36f, up + 0.3f, 0.3f);
    }

    static void Rooster(Figure f, Coat c)
    {
        for (int i = 0; i < 4; i++)
            f.Bend(i % 2 == 0 ? c.Accent : c.Second, -0.4f, 0.2f, -0.75f - (0.05f * i), -0.5f + (0.12f * i), -0.92f, -0.2f + (0.2f * i),
                0.11f, 0.05f, -0.1f);
        f.Limb(Coat.Beak, -0.1f, 0.6f, -0.1f, 0.95f, 0.045f);
        f.Limb(Coat.Beak, 0.12f, 0.6f, 0.14f, 0.95f, 0.045f, -1, 0.1f);
        int body = f.Ellipse(c.Body, -0.05f, 0.3f, c.Trait(0, 0.48f, 0.58f), 0.42f, -20);
        f.Limb(c.Plain, 0.2f, 0.15f, 0.36f, -0.42f, 0.3f, 0.2f, 0.1f);
        f.Ellipse(c.Second, -0.15f, 0.32f, 0.3f, 0.2f, 15, 0.15f);
        f.Signed(c, -0.14f, 0.3f, 0.14f, body);
        Paint comb = new(Rgb.Hex(0xD8403A));
        for (int i = 0; i < 3; i++)
            f.Disc(comb, 0.26f + (0.12f * i), -0.72f - (i == 1 ? 0.06f : 0), c.Trait(1, 0.09f, 0.12f), 0.15f);
        f.Polygon(Coat.Beak, [0, -.1f, .26f, .02f, 0, .1f], 0.02f, 0.54f, -0.45f, 1, 1, 0.32f);
        f.Disc(c.Plain, 0.38f, -0.48f, 0.24f, 0.2f);
        f.Ellipse(comb, 0.52f, -0.26f, 0.07f, 0.12f, 0, 0.32f);
        f.Eye(0.44f, -0.52f, 0.085f);
        f.Top = (0.38f, -0.7f, 0.45f);
        f.Eyes = (0.42f, -0.5f, 0.44f);
        f.Neck = (0.3f, -0.14f, 0.5f);
    }
}
