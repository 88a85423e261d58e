using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

static class SmallAnimals
{
    internal static readonly SubjectClass[] All =
    [
        new("snail", "small animal", Snail), new("butterfly", "small animal", Butterfly), new("frog", "small animal", Frog),
        new("ladybird", "small animal", Ladybird), new("dinosaur", "small animal", Dinosaur),
    ];

    static void Snail(Figure f, Coat c)
    {
        float r = c.Trait(0, 0.46f, 0.56f);
        f.Limb(c.Light, -0.8f, 0.88f, 0.62f, 0.82f, 0.07f, 0.14f);
        f.Bend(c.Light, 0.45f, 0.82f, 0.8f, 0.7f, 0.66f, 0.25f, 0.16f, 0.15f);
        f.Disc(c.Light, 0.68f, 0.2f, c.Trait(1, 0.2f, 0.25f), 0.2f);
        f.Limb(c.Light, 0.6f, 0.05f, 0.5f, -0.28f, 0.04f, -1, 0.1f);
        f.Limb(c.Light, 0.76f, 0.05f, 0.86f, -0.28f, 0.04f, -1, 0.2f);
        f.Eye(0.5f, -0.32f, 0.1f, 0.2f);
        f.Eye(0.86f, -0.32f, 0.1f, 0.25f);
        f.Smile(0.74f, 0.32f, 0.09f);
        int shell = f.Disc(c.Body, -0.15f, 0.3f, r, 0.1f);
        f.Arc(c.Second with { Line = 0.6f }, -0.15f, 0.3f, r * 0.62f, 0.09f, -30, 240, 0.12f, shell);
        f.Arc(c.Second with { Line = 0.6f }, -0.12f, 0.32f, r * 0.28f, 0.09f, 30, 330, 0.13f, shell);
        f.Signed(c, -0.15f, 0.3f, 0.13f, shell);
        f.Top = (0.68f, 0.02f, 0.4f);
        f.Eyes = (0.68f, -0.3f, 0.56f);
        f.Neck = (0.66f, 0.44f, 0.36f);
    }

    static void Butterfly(Figure f, Coat c)
    {
        float up = c.Trait(0, 0.4f, 0.5f), low = c.Trait(1, 0.28f, 0.38f);
        int first = f.Count;
        f.Ellipse(c.Body, 0.46f, -0.28f, 0.5f, up, -38);
        f.Ellipse(c.Second, 0.4f, 0.42f, 0.38f, low, 36);
        f.Disc(c.Accent with { Line = 0.6f }, 0.6f, -0.42f, c.Trait(2, 0.1f, 0.17f), 0.05f);
        f.Disc(c.Plain with { Line = 0.6f }, 0.44f, 0.46f, c.Trait(3, 0.08f, 0.14f), 0.05f);
        f.Bend(Coat.Black, 0.05f, -0.6f, 0.1f, -0.9f, 0.28f, -0.92f, 0.025f);
        f.Mirror(first);
        f.Limb(Coat.Black, 0, -0.35f, 0, 0.6f, 0.1f, 0.06f, 0.1f);
        f.Disc(Coat.Black, 0, -0.52f, 0.15f, 0.15f);
        f.Eye(-0.07f, -0.54f, 0.06f);
        f.Eye(0.07f, -0.54f, 0.06f);
        f.Top = (0, -0.64f, 0.34f);
        f.Eyes = (0, -0.54f, 0.34f);
        f.Neck = (0, -0.34f, 0.28f);
    }

    static void Frog(Figure f, Coat c)
    {
        float w = c.Trait(0, 0.54f, 0.66f);
        int first = f.Count;
        f.Ellipse(c.Dark, w * 0.9f, 0.66f, 0.3f, 0.24f, -30);
        f.Ellipse(c.Dark, w * 0.95f, 0.92f, 0.28f, 0.08f);
        f.Mirror(first);
        int body = f.Ellipse(c.Body, 0, 0.5f, w, 0.48f);
        f.Ellipse(c.Light, 0, 0.7f, w * 0.62f, 0.34f, 0, 0.1f, body);
        f.Signed(c, 0, 0.68f, 0.18f, body);
        int legs = f.Count;
        f.Limb(c.Plain, 0.3f, 0.6f, 0.28f, 0.9f, 0.09f, 0.08f, 0.2f);
        f.Ellipse(c.Plain, 0.3f, 0.93f, 0.15f, 0.07f, 0, 0.22f);
        f.Mirror(legs);
        int eyes = f.Count;
        f.Disc(c.Plain, 0.32f, -0.4f, c.Trait(1, 0.2f, 0.26f), 0.15f);
        f.Eye(0.32f, -0.42f, c.Trait(1, 0.14f, 0.19f));
        f.Mirror(eyes);
        f.Ellipse(c.Plain, 0, -0.08f, w * 0.95f, 0.34f, 0, 0.2f);
        f.Arc(Paint.Flat(Rgb.Black), 0, -0.36f, 0.4f, 0.05f, 45, 135, 0.3f);
        f.Disc(new(Rgb.Blush) { Line = 0, Opacity = 0.7f }, -w * 0.68f, -0.02f, 0.1f, 0.25f);
        f.Disc(new(Rgb.Blush) { Line = 0, Opacity = 0.7f }, w * 0.68f, -0.02f, 0.1f, 0.25f);
        f.Top = (0, -0.42f, 0.7f);
        f.Eyes = (0, -0.42f, 0.95f);
        f.Neck = (0, 0.28f, 0.95f);
    }

    static void Ladybird(Figure f, Coat c)
    {
        foreach (float x in (ReadOnlySpan<float>)[-0.4f, 0, 0.4f])
            f.Limb(Coat.Black, x, 0.6f, x - 0.06f, 0.94f, 0.05f);
        f.Bend(Coat.Black, 0.72f, 0.2f, 0.8f, -0.2f, 0.98f, -0.2f, 0.03f);
        f.Bend(Coat.Black, 0.64f, 0.2f, 0.62f, -0.25f, 0.78f, -0.32f, 0.03f, -1, 0.1f);
        f.Disc(Coat.Black, 0.62f, 0.45f, c.Trait(0, 0.27f, 0.33f), 0.05f);
        float h = c.Trait(1, 0.85f, 1.1f);
        int shell = f.Polygon(c.Body, [-.8f, .7f, -.74f, .2f, -.45f, -.15f, -.1f, -.28f, .25f, -.16f, .5f, .2f, .54f, .7f], 0.06f, 0,
            0.7f - (0.7f * h), 1, h, 0.1f);
        f.Limb(Coat.Black with { Line = 0 }, -0.1f, 0.72f - (h * 1.02f), 0.05f, 0.76f, 0.025f, -1, 0.12f, shell);
        float spot = c.Trait(2, 0.08f, 0.14f);
        for (int i = 0; i < 4 + c.Form(3, 3); i++)
            f.Disc(c.Second with { Line = 0.5f }, -0.52f + (0.21f * i), (i % 2 == 0 ? 0.44f : 0.12f) + (0.06f * c.Trait(4, -1, 1)), spot,
                0.14f, shell);
        f.Eye(0.72f, 0.4f, 0.1f);
        f.Top = (0.62f, 0.18f, 0.5f);
        f.Eyes = (0.68f, 0.42f, 0.46f);
        f.Neck = (0.55f, 0.72f, 0.4f);
    }

    static void Dinosaur(Figure f, Coat c)
    {
        float neck = c.Trait(0, -0.8f, -0.6f);
        f.Bend(c.Plain, -0.3f, 0.45f, -0.8f, 0.6f, -0.98f, 0.2f, 0.24f, 0.04f);
        f.Limb(c.Dark, -0.2f, 0.6f, -0.18f, 0.88f, 0.13f, 0.11f);
        f.Limb(c.Dark, 0.3f, 0.6f, 0.3f, 0.88f, 0.13f, 0.11f);
        int spikes = c.Form(1, 3);
        for (int i = 0; i < 5; i++)
            f.Polygon(c.Accent, spikes == 0 ? [-.1f, .1f, 0, -.2f, .1f, .1f] : spikes == 1 ? [-.12f, .1f, -.06f, -.14f, .06f, -.14f, .12f,
                .1f] : [-.06f, .1f, -.1f, -.22f, .12f, .1f],
                0.02f, -0.55f + (0.2f * i), 0.3f - (0.12f * i) + (i > 2 ? 0.02f : 0));
        f.Bend(c.Plain, 0.25f, 0.4f, 0.62f, 0.2f, 0.52f, neck, 0.26f, 0.13f);
        int body = f.Ellipse(c.Body, 0, 0.46f, 0.55f, c.Trait(2, 0.32f, 0.4f), -8);
        f.Ellipse(c.Light with { Line = 0 }, 0.08f, 0.74f, 0.45f, 0.2f, -8, 0, body);
        f.Signed(c, -0.02f, 0.42f, 0.16f, body);
        f.Limb(c.Plain, -0.34f, 0.6f, -0.36f, 0.88f, 0.15f, 0.12f, 0.12f);
        f.Limb(c.Plain, 0.16f, 0.6f, 0.16f, 0.88f, 0.14f, 0.12f, 0.12f);
        f.Ellipse(c.Plain, 0.64f, neck, 0.28f, 0.19f, 10, 0.2f);
        f.Eye(0.6f, neck - 0.06f, 0.08f);
        f.Smile(0.76f, neck + 0.12f, 0.1f);
        f.Top = (0.56f, neck - 0.17f, 0.4f);
        f.Eyes = (0.62f, neck - 0.05f, 0.42f);
        f.Neck = (0.52f, neck + 0.34f, 0.4f);
    }
}
