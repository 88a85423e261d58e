using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Vehicles
{
    internal static readonly SubjectClass[] All =
    [
        new("car", "vehicle", Car), new("bus", "vehicle", Bus), new("boat", "vehicle", Boat),
        new("train", "vehicle", Train), new("tractor", "vehicle", Tractor),
    ];

    static void Car(Figure f, Coat c)
    {
        float roof = c.Trait(0, -0.38f, -0.15f), back = c.Trait(1, -0.62f, -0.42f), wheel = c.Trait(2, 0.19f, 0.24f);
        int cabin = f.Polygon(c.Plain, [back - .12f, .3f, back + .05f, roof, .2f, roof, .48f, .3f], 0.06f);
        f.Polygon(Coat.Glass, [back + .02f, .24f, back + .12f, roof + .08f, -.12f, roof + .08f, -.12f, .24f], 0.02f, z: 0.05f, clip: cabin);
        f.Polygon(Coat.Glass, [-.02f, .24f, -.02f, roof + .08f, .16f, roof + .08f, .36f, .24f], 0.02f, z: 0.05f, clip: cabin);
        int body = f.Box(c.Body, 0, 0.52f, 0.92f, 0.26f, 0.14f + (0.08f * c.Form(3, 2)), 0, 0.1f);
        f.Box(c.Second, 0, 0.68f, 0.95f, 0.055f, 0.04f, 0, 0.12f);
        f.Signed(c, -0.1f, 0.46f, 0.15f, body);
        f.Disc(Coat.Beak with { Gloss = 1 }, 0.84f, 0.46f, 0.085f, 0.15f);
        f.Box(new(Rgb.Hex(0xD04040)), -0.88f, 0.46f, 0.05f, 0.08f, 0.03f, 0, 0.12f);
        f.Wheel(c.Accent, -0.5f, 0.78f, wheel);
        f.Wheel(c.Accent, 0.5f, 0.78f, wheel);
        if (c.Form(4, 3) == 0)
            f.Box(c.Accent, -0.1f, roof - 0.09f, 0.3f, 0.05f, 0.04f);
        f.Top = (-0.12f, roof - 0.03f, 0.7f);
        f.Eyes = (0, 0.12f, 0.75f);
        f.Neck = (0.1f, 0.55f, 0.7f);
    }

    static void Bus(Figure f, Coat c)
    {
        float top = c.Trait(0, -0.55f, -0.25f);
        int body = f.Box(c.Body, 0, (top + 0.78f) / 2, 0.95f, (0.78f - top) / 2, 0.14f);
        f.Box(c.Second, 0, 0.48f, 0.96f, c.Trait(1, 0.08f, 0.14f), 0.02f, 0, 0.02f, body);
        f.Box(c.Light, 0, top + 0.05f, 0.9f, 0.05f, 0.05f, 0, 0.02f, body);
        int windows = 3 + c.Form(2, 2);
        float step = 1.24f / windows;
        for (int i = 0; i < windows; i++)
            f.Box(Coat.Glass, -0.84f + (step * (i + 0.5f)), 0.1f, step * 0.4f, 0.15f, 0.04f, 0, 0.05f);
        f.Box(Coat.Glass, 0.68f, 0.22f, 0.16f, 0.27f, 0.04f, 0, 0.05f);
        f.Signed(c, -0.15f, 0.5f, 0.14f, body);
        f.Disc(Coat.Beak with { Gloss = 1 }, 0.9f, 0.6f, 0.06f, 0.1f);
        f.Wheel(c.Accent, -0.52f, 0.8f, c.Trait(3, 0.17f, 0.21f));
        f.Wheel(c.Accent, 0.46f, 0.8f, c.Trait(3, 0.17f, 0.21f));
        f.Top = (0, top, 0.8f);
        f.Eyes = (0, 0.1f, 0.8f);
        f.Neck = (0, 0.55f, 0.9f);
    }

    static void Boat(Figure f, Coat c)
    {
        float mast = c.Trait(0, -0.1f, 0.12f), w = c.Trait(1, 0.45f, 0.62f);
        f.Limb(Coat.Wood, mast, -0.92f, mast, 0.5f, 0.045f);
        int sail = f.Polygon(c.Body, [mast + .06f, -.88f, mast + w, .32f, mast + .06f, .32f], 0.03f, z: 0.05f);
        f.Signed(c, mast + (w * 0.35f), 0.04f, 0.16f, sail);
        f.Polygon(c.Second, [mast - .06f, -.66f, mast - .06f, .32f, mast - (w * .85f), .32f], 0.03f, z: 0.05f);
        f.Polygon(c.Accent, [mast, -.96f, mast + .24f, -.9f, mast, -.8f], 0.01f);
        int hull = f.Polygon(c.Plain, [-.9f, .48f, .95f, .42f, .62f, .9f, -.62f, .9f], 0.05f, z: 0.1f);
        f.Box(c.Second, 0, 0.54f, 1, c.Trait(2, 0.05f, 0.08f), 0, -2, 0.12f, hull);
        for (int i = 0; i < c.Form(3, 3) + 1; i++)
            f.Disc(Coat.Glass, -0.3f + (0.3f * i), 0.73f, 0.065f, 0.12f);
        f.Top = (mast, -0.86f, 0.45f);
        f.Eyes = (0.05f, 0, 0.6f);
        f.Neck = (0, 0.6f, 1);
    }

    static void Train(Figure f, Coat c)
    {
        float cab = c.Trait(0, -0.5f, -0.3f);
        f.Disc(Paint.Flat(Rgb.White, 0.8f, 0.1f), 0.5f, -0.72f, 0.14f);
        f.Disc(Paint.Flat(Rgb.White, 0.7f, 0.1f), 0.28f, -0.86f, 0.18f);
        f.Lathe(c.Dark, [-.55f, c.Trait(1, .12f, .2f), -.4f, .12f, 0, .1f], 0.55f);
        f.Lathe(Coat.Gold, [-.3f, .02f, -.22f, .12f, 0, .12f], 0.12f);
        int boiler = f.Box(c.Body, 0.25f, 0.25f, 0.62f, 0.3f, 0.12f, 0, 0.05f);
        f.Box(c.Second, 0.42f, 0.25f, 0.05f, 0.31f, 0.01f, 0, 0.07f, boiler);
        f.Signed(c, 0.12f, 0.24f, 0.16f, boiler);
        f.Box(c.Plain, -0.55f, (cab + 0.58f) / 2, 0.34f, (0.58f - cab) / 2, 0.04f, 0, 0.08f);
        f.Box(Coat.Glass, -0.55f, cab + 0.3f, 0.18f, 0.15f, 0.03f, 0, 0.1f);
        f.Box(c.Second, -0.55f, cab, 0.42f, 0.06f, 0.05f, 0, 0.1f);
        f.Disc(Coat.Beak with { Gloss = 1 }, 0.86f, 0.1f, 0.09f, 0.1f);
        f.Box(c.Dark, 0, 0.6f, 0.92f, 0.09f, 0.03f, 0, 0.1f);
        f.Polygon(c.Accent, [.7f, .62f, .98f, .92f, .7f, .92f], 0.03f, z: 0.12f);
        f.Wheel(c.Accent, -0.52f, 0.7f, c.Trait(2, 0.23f, 0.28f));
        f.Wheel(c.Accent, 0.05f, 0.78f, 0.17f);
        f.Wheel(c.Accent, 0.48f, 0.78f, 0.17f);
        f.Top = (-0.55f, cab - 0.04f, 0.6f);
        f.Eyes = (0.2f, 0.15f, 0.7f);
        f.Neck = (0.2f, 0.55f, 0.8f);
    }

    static void Tractor(Figure f, Coat c)
    {
        float roof = c.Trait(0, -0.7f, -0.5f);
        f.Limb(Coat.Steel, 0.5f, 0.1f, 0.5f, -0.4f, 0.05f);
        f.Limb(c.Dark, -0.62f, 0.2f, -0.55f, roof + 0.05f, 0.04f);
        f.Limb(c.Dark, 0.06f, 0.2f, 0, roof + 0.05f, 0.04f);
        f.Polygon(Coat.Glass with { Opacity = 0.75f }, [-.56f, .2f, -.5f, roof + .08f, -.05f, roof + .08f, 0, .2f], 0.01f);
        f.Box(c.Second, -0.28f, roof, 0.42f, 0.07f, 0.06f, 0, 0.1f);
        int hood = f.Polygon(c.Body, [-.6f, .15f, .1f, .12f, .82f, .18f, .86f, .6f, -.6f, .6f], 0.06f, z: 0.05f);
        f.Signed(c, 0.36f, 0.36f, 0.15f, hood);
        for (int i = 0; i < 3; i++)
            f.Limb(c.Dark with { Line = 0 }, 0.72f, 0.28f + (0.1f * i), 0.84f, 0.28f + (0.1f * i), 0.02f, -1, 0.1f);
        f.Arc(c.Plain, -0.4f, 0.5f, 0.46f, 0.1f, 185, 330, 0.12f);
        f.Wheel(c.Accent, -0.4f, 0.54f, c.Trait(1, 0.36f, 0.42f));
        f.Wheel(c.Accent, 0.56f, 0.72f, c.Trait(2, 0.2f, 0.25f));
        f.Top = (-0.28f, roof - 0.05f, 0.6f);
        f.Eyes = (-0.27f, -0.15f, 0.5f);
        f.Neck = (0.3f, 0.5f, 0.7f);
    }
}
