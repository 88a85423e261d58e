using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Music
{
    internal static readonly SubjectClass[] All =
    [
        new("guitar", "instrument", Guitar), new("drum", "instrument", Drum), new("trumpet", "instrument", Trumpet),
    ];

    static void Guitar(Figure f, Coat c)
    {
        float low = c.Trait(0, 0.46f, 0.54f), waist = c.Trait(1, 0.26f, 0.34f), high = c.Trait(2, 0.32f, 0.42f);
        f.Box(Coat.Wood, 0, -0.5f, 0.075f, 0.5f, 0.02f);
        f.Polygon(c.Dark, [-.12f, -.98f, .12f, -.98f, .1f, -.72f, -.1f, -.72f], 0.03f);
        for (int i = 0; i < 3; i++)
        {
            f.Disc(Coat.Steel, -0.16f, -0.95f + (0.1f * i), 0.035f);
            f.Disc(Coat.Steel, 0.16f, -0.95f + (0.1f * i), 0.035f);
        }
        int body = f.Lathe(c.Body, [-.22f, .1f, -.12f, high * .9f, .06f, high, .22f, waist, .45f, low, .7f, low * .98f, .92f, low * .4f],
            z: 0.05f);
        f.Disc(c.Second, 0, 0.2f, 0.2f, 0.08f);
        f.Disc(Coat.Black, 0, 0.2f, 0.15f, 0.08f);
        f.Box(c.Dark, 0, 0.62f, 0.2f, 0.045f, 0.02f, 0, 0.1f);
        f.Signed(c, low * 0.55f, 0.62f, 0.13f, body);
        f.Box(Coat.Wood.Darker(0.3f), 0, -0.25f, 0.065f, 0.4f, 0.01f, 0, 0.1f);
        foreach (float x in (ReadOnlySpan<float>)[-0.035f, 0, 0.035f])
            f.Limb(Paint.Flat(Rgb.White, 0.8f), x, -0.8f, x, 0.6f, 0.006f, -1, 0.12f);
        f.Top = (0, -0.94f, 0.4f);
        f.Eyes = (0, 0.2f, 0.6f);
        f.Neck = (0, -0.2f, 0.4f);
    }

    static void Drum(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.62f, 0.76f), top = c.Trait(1, -0.3f, 0);
        int body = f.Box(c.Body, 0, (top + 0.86f) / 2, w, (0.86f - top) / 2, 0.05f);
        int zigzag = 3 + c.Form(2, 2);
        for (int i = 0; i < zigzag; i++)
        {
            float x0 = -w + (2 * w * i / zigzag), x1 = x0 + (w / zigzag), x2 = x0 + (2 * w / zigzag);
            f.Limb(Coat.White with { Line = 0.5f }, x0, top + 0.1f, x1, 0.78f, 0.025f, -1, 0.05f);
            f.Limb(Coat.White with { Line = 0.5f }, x1, 0.78f, x2, top + 0.1f, 0.025f, -1, 0.05f);
        }
        f.Signed(c, 0, (top + 0.86f) / 2, 0.2f, body);
        f.Box(c.Accent, 0, 0.84f, w + 0.04f, 0.08f, 0.05f, 0, 0.08f);
        f.Box(c.Accent, 0, top + 0.06f, w + 0.04f, 0.09f, 0.05f, 0, 0.08f);
        f.Ellipse(Coat.White, 0, top - 0.02f, w, 0.17f, 0, 0.1f);
        f.Limb(Coat.Wood, -0.5f, -0.72f, 0.12f, top - 0.04f, 0.045f, -1, 0.2f);
        f.Disc(Coat.Wood, 0.12f, top - 0.05f, 0.085f, 0.22f);
        f.Limb(Coat.Wood, 0.62f, -0.66f, 0.24f, top - 0.1f, 0.045f, -1, 0.2f);
        f.Disc(Coat.Wood, 0.22f, top - 0.1f, 0.085f, 0.22f);
        f.Top = (0, top - 0.1f, 0.9f);
        f.Eyes = (0, top + 0.35f, 0.85f);
        f.Neck = (0, 0.7f, 1.1f);
    }

    static void Trumpet(Figure f, Coat c)
    {
        float bell = c.Trait(0, 0.34f, 0.46f);
        f.Bend(c.Plain, -0.35f, 0, -0.72f, 0.02f, -0.66f, 0.3f, 0.07f);
        f.Limb(c.Plain, -0.66f, 0.3f, 0.25f, 0.36f, 0.07f);
        f.Bend(c.Plain, 0.25f, 0.36f, 0.55f, 0.3f, 0.3f, 0.04f, 0.07f);
        f.Limb(c.Plain, -0.92f, 0, 0.5f, 0, 0.07f);
        f.Box(Coat.Steel, -0.93f, 0, 0.05f, 0.1f, 0.03f);
        for (int i = 0; i < 3; i++)
        {
            f.Box(c.Body, -0.24f + (0.2f * i), 0.14f, 0.08f, c.Trait(1, 0.3f, 0.36f), 0.05f, 0, 0.1f);
            f.Box(Coat.Steel, -0.24f + (0.2f * i), -0.27f, 0.03f, 0.07f, 0.02f, 0, 0.1f);
            f.Ellipse(c.Accent, -0.24f + (0.2f * i), -0.35f, 0.07f, 0.035f, 0, 0.12f);
        }
        int horn = f.Polygon(c.Body, [.34f, -.07f, .6f, -.14f, .8f, -bell * .7f, .88f, -bell, .88f, bell, .8f, bell * .7f, .6f, .14f, .34f,
            .07f], 0.03f, z: 0.05f);
        f.Ellipse(c.Second, 0.91f, 0, 0.085f, bell + 0.02f, 0, 0.1f);
        f.Signed(c, 0.64f, 0, 0.12f, horn);
        f.Polygon(c.Second, [-.2f, .4f, .2f, .42f, .2f, .85f, 0, .75f, -.2f, .85f], 0.02f, -0.2f, 0.02f, 1, 1, 0.12f);
        f.Top = (0, -0.36f, 0.5f);
        f.Eyes = (0, 0.1f, 0.55f);
        f.Neck = (0, 0.34f, 0.6f);
    }
}
