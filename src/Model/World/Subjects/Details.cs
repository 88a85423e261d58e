using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

/// <summary>What many classes share: faces, wheels, marks.</summary>
static class Details
{
    /// <summary>A white eye with a pupil and a glint.</summary>
    internal static void Eye(this Figure figure, float x, float y, float radius, float z = 0.3f)
    {
        figure.Disc(Coat.White with { Relief = 0.2f, Line = 0.8f }, x, y, radius, z);
        figure.Disc(Paint.Flat(Rgb.Black), x + (radius * 0.15f), y + (radius * 0.05f), radius * 0.62f, z + 0.03f);
        figure.Disc(Paint.Flat(Rgb.White), x - (radius * 0.12f), y - (radius * 0.28f), radius * 0.24f, z + 0.04f);
    }

    /// <summary>A small dark eye with a glint.</summary>
    internal static void Bead(this Figure figure, float x, float y, float radius, float z = 0.3f)
    {
        figure.Disc(Paint.Flat(Rgb.Black), x, y, radius, z);
        figure.Disc(Paint.Flat(Rgb.White), x - (radius * 0.3f), y - (radius * 0.35f), radius * 0.38f, z);
    }

    internal static void Smile(this Figure figure, float x, float y, float radius, float z = 0.3f)
        => figure.Arc(Paint.Flat(Rgb.Black), x, y - radius, radius, radius * 0.28f, 40, 140, z);

    internal static void Wheel(this Figure figure, in Paint hub, float x, float y, float radius)
    {
        figure.Disc(new(Rgb.Rubber), x, y, radius, 0.2f);
        figure.Disc(hub, x, y, radius * 0.52f, 0.22f);
        figure.Disc(Coat.Black, x, y, radius * 0.16f, 0.23f);
    }

    /// <summary>The subject's sign at a place of its body.</summary>
    internal static void Signed(this Figure figure, Coat coat, float x, float y, float radius, int clip, float z = 0.22f)
    {
        var paint = coat.Accent with { Relief = 0.2f, Line = 0.7f };
        switch (coat.Subject.Mark)
        {
            case Mark.Star:
                figure.Polygon(paint, [0, -1, .29f, -.4f, .95f, -.31f, .48f, .15f, .59f, .81f, 0, .5f, -.59f, .81f, -.48f, .15f, -.95f,
                    -.31f, -.29f, -.4f],
                    0.01f, x, y, radius, radius, z, clip);
                break;
            case Mark.Heart:
                figure.Polygon(paint, [0, .9f, -.85f, 0, -.9f, -.5f, -.5f, -.85f, 0, -.45f, .5f, -.85f, .9f, -.5f, .85f, 0], 0.02f, x, y,
                    radius, radius, z, clip);
                break;
            case Mark.Spot:
                figure.Disc(paint, x, y, radius * 0.85f, z, clip);
                break;
            case Mark.Bolt:
                figure.Polygon(paint, [.2f, -1, -.6f, .15f, -.1f, .15f, -.25f, 1, .6f, -.25f, .1f, -.25f, .5f, -1], 0.01f, x, y, radius,
                    radius, z, clip);
                break;
            case Mark.Band:
                figure.Box(paint, x, y, radius * 0.55f, 2, 0, 12, z, clip);
                break;
            case Mark.Moon:
                figure.Arc(paint, x, y, radius * 0.6f, radius * 0.5f, 50, 230, z, clip);
                break;
            default:
                break;
        }
    }
}
