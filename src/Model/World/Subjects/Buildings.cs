using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class Buildings
{
    internal static readonly SubjectClass[] All =
    [
        new("house", "building", House), new("lighthouse", "building", Lighthouse), new("windmill", "building", Windmill),
        new("castle", "building", Castle),
    ];

    static void House(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.56f, 0.7f), eaves = c.Trait(1, -0.15f, 0.1f), ridge = c.Trait(2, -0.9f, -0.65f);
        f.Box(c.Dark, 0.36f, -0.6f, 0.09f, 0.28f, 0.02f);
        int wall = f.Box(c.Body, 0, (eaves + 0.94f) / 2, w, (0.94f - eaves) / 2, 0.02f);
        f.Polygon(c.Second, [-w - .16f, eaves, 0, ridge, w + .16f, eaves], 0.04f, z: 0.1f);
        f.Signed(c, 0, eaves - 0.2f, 0.13f, -1);
        float door = c.Form(3, 2) == 0 ? 0 : -0.3f;
        f.Box(c.Accent, door, 0.7f, 0.15f, 0.25f, 0.03f + (0.1f * c.Form(4, 2)), 0, 0.05f, wall);
        f.Disc(Coat.Gold, door + 0.09f, 0.72f, 0.025f, 0.06f);
        foreach (float x in door == 0 ? (ReadOnlySpan<float>)[-0.36f, 0.36f] : [0.1f, 0.42f])
        {
            f.Box(Coat.White, x, 0.42f, 0.135f, 0.15f, 0.02f, 0, 0.05f);
            f.Box(new(Rgb.Flame) { Relief = 0.3f, Line = 0.5f }, x, 0.42f, 0.1f, 0.115f, 0.01f, 0, 0.06f);
            f.Box(Coat.White with { Line = 0 }, x, 0.42f, 0.015f, 0.12f, 0, 0, 0.07f);
        }
        f.Top = (0, ridge + 0.06f, 0.5f);
        f.Eyes = (0, 0.42f, 0.85f);
        f.Neck = (0, 0.12f, 1);
    }

    static void Lighthouse(Figure f, Coat c)
    {
        float low = c.Trait(0, 0.32f, 0.44f), high = c.Trait(1, 0.18f, 0.26f);
        f.Ellipse(new(Rgb.Hex(0x857F78)), 0, 0.9f, 0.7f, 0.12f);
        int tower = f.Polygon(c.Body, [-high, -.4f, high, -.4f, low, .92f, -low, .92f], 0.02f);
        f.Box(c.Second with { Line = 0.5f }, 0, -0.05f, 1, c.Trait(2, 0.1f, 0.16f), 0, 0, 0.02f, tower);
        f.Box(c.Second with { Line = 0.5f }, 0, 0.5f, 1, c.Trait(2, 0.1f, 0.16f), 0, 0, 0.02f, tower);
        f.Signed(c, 0, 0.24f, 0.13f, tower);
        f.Disc(Paint.Glow(Rgb.Flame, 0.6f, 0.4f), 0, -0.56f, 0.34f);
        f.Box(new(Rgb.Hex(0xFFE48A)) { IsBright = true }, 0, -0.56f, high * 0.72f, 0.14f, 0.02f, 0, 0.05f);
        f.Box(c.Dark, 0, -0.4f, high + 0.1f, 0.05f, 0.03f, 0, 0.1f);
        f.Lathe(c.Accent, [-.98f, .02f, -.86f, .1f, -.72f, high * 1.05f, -.68f, high * 1.1f], z: 0.08f);
        f.Box(c.Accent, 0, 0.8f, 0.1f, 0.13f, 0.09f, 0, 0.08f);
        f.Top = (0, -0.88f, 0.42f);
        f.Eyes = (0, -0.1f, 0.45f);
        f.Neck = (0, -0.3f, 0.5f);
    }

    static void Windmill(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.36f, 0.46f), turn = c.Trait(1, 10, 80), sail = c.Trait(2, 0.62f, 0.72f);
        int tower = f.Polygon(c.Body, [-w * .6f, -.2f, w * .6f, -.2f, w, .93f, -w, .93f], 0.03f);
        f.Lathe(c.Second, [-.55f, .04f, -.45f, w * .5f, -.22f, w * .75f, -.16f, w * .78f], z: 0.05f);
        f.Box(c.Accent, 0, 0.76f, 0.12f, 0.18f, 0.1f, 0, 0.05f);
        f.Disc(Coat.Glass, 0, 0.22f, 0.09f, 0.05f);
        f.Signed(c, 0, 0.46f, 0.12f, tower);
        for (int i = 0; i < 4; i++)
        {
            float a = Angles.Degrees(turn + (90 * i)), x = Angles.Cos(a), y = Angles.Sin(a);
            f.Box(Coat.White with { Second = Rgb.Hex(0xCFC6B4), Pattern = Pattern.Checked, Scale = 8 }, (x * sail * 0.6f) - (y * 0.09f),
                -0.26f + (y * sail * 0.6f) + (x * 0.09f),
                sail * 0.38f, 0.095f, 0.01f, turn + (90 * i), 0.2f);
            f.Limb(Coat.Wood, 0, -0.26f, x * sail, -0.26f + (y * sail), 0.03f, -1, 0.22f);
        }
        f.Disc(c.Accent, 0, -0.26f, 0.085f, 0.25f);
        f.Top = (0, -0.52f, 0.5f);
        f.Eyes = (0, 0.14f, 0.5f);
        f.Neck = (0, 0.5f, 0.7f);
    }

    static void Castle(Figure f, Coat c)
    {
        float side = c.Trait(0, -0.5f, -0.2f), middle = c.Trait(1, -0.6f, -0.35f);
        Tower(f, c.Body, 0, 0.26f, middle, 0);
        f.Polygon(c.Second, [-.3f, middle, 0, middle - .38f, .3f, middle], 0.02f);
        f.Limb(Coat.Wood, 0, middle - 0.38f, 0, Math.Max(middle - 0.56f, -0.98f), 0.015f);
        int wall = f.Box(c.Body, 0, 0.55f, 0.64f, 0.4f, 0.02f, 0, 0.05f);
        for (int i = -2; i <= 2; i++)
            f.Box(c.Plain, 0.24f * i, 0.14f, 0.075f, 0.07f, 0.01f, 0, 0.05f);
        f.Signed(c, 0, 0.34f, 0.12f, wall);
        f.Box(new(Rgb.Hex(0x5A3B28)), 0, 0.82f, 0.17f, 0.24f, 0.15f, 0, 0.1f, wall);
        foreach (float x in (ReadOnlySpan<float>)[-0.68f, 0.68f])
        {
            Tower(f, c.Plain, x, 0.2f, side, 0.12f);
            f.Polygon(c.Second, [-.26f, side, 0, side - c.Trait(2, .3f, .42f), .26f, side], 0.02f, x, 0, 1, 1, 0.14f);
            f.Box(Coat.Black with { Line = 0 }, x, side + 0.32f, 0.05f, 0.1f, 0.05f, 0, 0.15f);
        }
        f.Polygon(c.Accent, [0, -.06f, .2f, 0, 0, .06f], 0.01f, 0, Math.Max(middle - 0.5f, -0.92f), 1, 1, 0.1f);
        f.Top = (0, middle - 0.2f, 0.5f);
        f.Eyes = (0, 0.4f, 0.7f);
        f.Neck = (0, 0.2f, 0.9f);
    }

    static void Tower(Figure f, in Paint paint, float x, float w, float top, float z) => f.Box(paint, x, (top + 0.95f) / 2, w,
        (0.95f - top) / 2, 0.02f, 0, z);
}
