using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Aircraft
{
    internal static readonly SubjectClass[] All =
    [
        new("rocket", "aircraft", Rocket), new("balloon", "aircraft", Balloon), new("aeroplane", "aircraft", Aeroplane),
    ];

    static void Rocket(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.27f, 0.38f), fin = c.Trait(1, 0.24f, 0.36f);
        f.Lathe(new(Rgb.Hex(0xF58A2A)) { IsBright = true, Line = 0 }, [.6f, .16f, .75f, .2f, .97f, .01f]);
        f.Lathe(new(Rgb.Hex(0xFFE48A)) { IsBright = true, Line = 0 }, [.6f, .09f, .7f, .11f, .86f, .01f]);
        f.Polygon(c.Second, [-w * .8f, .1f, -w - fin, .52f, -w - fin + .02f, .78f, -w * .7f, .58f], 0.03f);
        f.Polygon(c.Second, [w * .8f, .1f, w + fin, .52f, w + fin - .02f, .78f, w * .7f, .58f], 0.03f);
        int body = f.Lathe(c.Body, [-.98f, .01f, -.8f, w * .5f, -.45f, w * .92f, 0, w, .4f, w * .9f, .66f, w * .6f], z: 0.05f);
        f.Box(c.Second, 0, -0.86f, 0.5f, 0.22f, 0, 0, 0.06f, body);
        f.Disc(c.Light, 0, -0.26f, w * 0.58f, 0.12f);
        f.Disc(Coat.Glass, 0, -0.26f, w * 0.42f, 0.14f);
        f.Signed(c, 0, 0.18f, 0.16f, body);
        f.Ellipse(c.Second, 0, 0.48f, 0.07f, 0.26f, 0, 0.2f);
        f.Top = (0, -0.8f, 0.42f);
        f.Eyes = (0, -0.28f, 0.55f);
        f.Neck = (0, 0.06f, 0.6f);
    }

    static void Balloon(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.56f, 0.68f);
        f.Limb(Coat.Wood, -0.28f, 0.3f, -0.14f, 0.72f, 0.02f);
        f.Limb(Coat.Wood, 0.28f, 0.3f, 0.14f, 0.72f, 0.02f);
        int bag = f.Lathe(c.Body, [-.96f, .12f, -.85f, w * .6f, -.45f, w, -.05f, w * .88f, .3f, w * .48f, .44f, w * .3f], z: 0.05f);
        f.Ellipse(c.Second with { Line = 0.5f }, 0, -0.25f, w * 0.32f, 0.8f, 0, 0.08f, bag);
        f.Box(c.Accent with { Line = 0.5f }, 0, 0.14f, 0.7f, c.Trait(1, 0.05f, 0.09f), 0, 0, 0.1f, bag);
        f.Signed(c, 0, -0.38f, 0.2f, bag);
        f.Box(new(Rgb.Wood) { Second = Rgb.Darker(Rgb.Wood, 0.35f), Pattern = Pattern.Checked, Scale = 9 }, 0, 0.82f, 0.2f, 0.13f, 0.04f,
            0, 0.1f);
        f.Box(c.Dark, 0, 0.71f, 0.22f, 0.03f, 0.03f, 0, 0.12f);
        f.Top = (0, -0.88f, 0.6f);
        f.Eyes = (0, -0.38f, 0.8f);
        f.Neck = (0, 0.28f, 0.6f);
    }

    static void Aeroplane(Figure f, Coat c)
    {
        float r = c.Trait(0, 0.22f, 0.29f);
        f.Polygon(c.Second, [-.2f, 0, -.42f, -.42f, -.26f, -.42f, .22f, 0], 0.03f, 0.1f, 0.02f);
        f.Polygon(c.Second, [-.2f, .05f, -.32f, -.48f, -.12f, -.46f, .16f, .05f], 0.03f, -0.7f, 0.05f);
        int body = f.Polygon(c.Body, [-.94f, .06f, -.5f, -r * .7f + .1f, .3f, -r + .1f, .72f, -.04f, .92f, .14f, .7f, .32f, 0, .14f + r,
            -.6f, .26f], 0.05f, z: 0.05f);
        f.Box(c.Accent, 0, 0.2f, 1, 0.05f, 0, -2, 0.06f, body);
        f.Polygon(Coat.Glass, [.42f, .02f, .5f, -.1f, .7f, -.02f, .76f, .08f], 0.02f, z: 0.1f);
        for (int i = 0; i < 2 + c.Form(1, 3); i++)
            f.Disc(Coat.Glass, 0.28f - (0.2f * i), 0.04f, 0.065f, 0.1f);
        f.Signed(c, -0.62f, 0.1f, 0.11f, body);
        f.Polygon(c.Second, [-.02f, .18f, -.5f, .66f, -.28f, .66f, .36f, .2f], 0.04f, z: 0.2f);
        f.Polygon(c.Second, [-.6f, .1f, -.88f, .36f, -.74f, .36f, -.4f, .12f], 0.03f, z: 0.2f);
        f.Ellipse(Coat.Steel with { Opacity = 0.8f }, 0.97f, 0.14f, 0.03f, c.Trait(2, 0.26f, 0.36f), 0, 0.1f);
        f.Disc(c.Accent, 0.95f, 0.14f, 0.07f, 0.12f);
        f.Limb(Coat.Steel, 0.3f, 0.36f, 0.34f, 0.7f, 0.03f, -1, 0.1f);
        f.Disc(Coat.Black, 0.35f, 0.76f, 0.1f, 0.15f);
        f.Top = (0.25f, -r + 0.08f, 0.6f);
        f.Eyes = (0.55f, -0.04f, 0.45f);
        f.Neck = (0.4f, 0.32f, 0.5f);
    }
}
