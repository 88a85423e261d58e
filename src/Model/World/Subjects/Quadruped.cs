using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

enum Ears { Floppy, Pointed, Round, Tall, Wide, Side }

enum Tail { Curved, Long, Bushy, Short, Curly, Tuft }

enum Muzzle { Short, Long, Disc, Trunk, Beard }

/// <summary>The body plan of four-legged animals, seen from the side with the head turned to the viewer.</summary>
/// <param name="Leg">Length of the legs.</param>
/// <param name="Length">Half length of the body.</param>
/// <param name="Height">Half height of the body.</param>
/// <param name="Neck">Length of the neck.</param>
/// <param name="Head">Radius of the head.</param>
sealed record Quadruped(float Leg, float Length, float Height, float Neck, float Head, Ears Ears, Tail Tail, Muzzle Muzzle)
{
    internal bool HasMane { get; init; }

    internal bool IsWoolly { get; init; }

    internal bool HasHorns { get; init; }

    internal bool HasWhiskers { get; init; }

    internal void Build(Figure f, Coat c)
    {
        float leg = Leg * c.Trait(0, 0.85f, 1.15f), length = Length * c.Trait(1, 0.9f, 1.1f), height = Height * c.Trait(2, 0.88f, 1.15f);
        float head = Head * c.Trait(3, 0.9f, 1.12f), thick = Math.Min(0.13f, height * 0.42f) * c.Trait(4, 0.85f, 1.15f);
        float bodyY = 1 - leg - (height * 0.75f), bodyX = -0.12f;
        float headX = Math.Min(bodyX + length + (Neck * 0.35f) + (head * 0.25f), 0.95f - head), headY = bodyY - (height * 0.45f) - Neck;
        float hind = bodyX - length + thick + 0.04f, fore = bodyX + length - thick - 0.06f, hip = bodyY + (height * 0.3f), foot = 1 - thick;
        f.Limb(c.Dark, hind + 0.16f, hip, hind + 0.17f, foot - 0.03f, thick * 1.1f, thick, -0.2f);
        f.Limb(c.Dark, fore - 0.13f, hip, fore - 0.12f, foot - 0.03f, thick, thick, -0.2f);
        DrawTail(f, c, bodyX - length, bodyY - (height * 0.3f));
        if (HasMane && Neck > 0.2f)
            f.Limb(c.Second, bodyX + (length * 0.6f), bodyY - (height * 0.5f), headX - (head * 0.6f), headY - (head * 0.3f), height * 0.6f,
                head * 0.6f, -0.05f);
        f.Limb(c.Body, bodyX + (length * 0.7f), bodyY - (height * 0.1f), headX, headY, height * 0.72f, head * 0.6f);
        int body = f.Ellipse(c.Body, bodyX, bodyY, length, height);
        if (IsWoolly)
            Wool(f, c, bodyX, bodyY, length, height);
        else
            f.Ellipse(c.Light with { Line = 0, Opacity = 0.8f }, bodyX, bodyY + (height * 0.85f), length * 0.75f, height * 0.4f, 0, 0,
                body);
        f.Signed(c, bodyX - (length * 0.15f), bodyY - (height * 0.1f), height * 0.42f, body);
        f.Limb(c.Plain, hind, hip, hind - 0.02f, foot, thick * 1.35f, thick, 0.12f);
        f.Limb(c.Plain, fore, hip, fore + 0.02f, foot, thick * 1.1f, thick, 0.12f);
        f.Ellipse(c.Second, hind, 1 - (thick * 0.6f), thick * 1.15f, thick * 0.6f, 0, 0.13f);
        f.Ellipse(c.Second, fore + 0.04f, 1 - (thick * 0.6f), thick * 1.15f, thick * 0.6f, 0, 0.13f);
        DrawHead(f, c, headX, headY, head);
        f.Top = (headX, headY - (head * 0.85f), head * 1.7f);
        f.Eyes = (headX + (head * 0.12f), headY - (head * 0.12f), head * 1.5f);
        f.Neck = (headX - (head * 0.35f), headY + (head * 0.95f), head * 1.5f);
        f.AnchorDepth = 0.3f;
    }

    void DrawTail(Figure f, Coat c, float x, float y)
    {
        x += 0.06f;
        switch (Tail)
        {
            case Tail.Curved: f.Bend(c.Plain, x, y, x - 0.28f, y - 0.05f, x - 0.16f, y - 0.42f, 0.075f, 0.04f, -0.1f); break;
            case Tail.Long: f.Bend(c.Plain, x, y, x - 0.4f, y + 0.12f, x - 0.2f, y - 0.55f, 0.075f, 0.06f, -0.1f); break;
            case Tail.Bushy:
                f.Ellipse(c.Plain, x - 0.16f, y - 0.16f, 0.3f, 0.16f, 50, -0.1f);
                f.Ellipse(c.Light, x - 0.27f, y - 0.3f, 0.13f, 0.1f, 50, -0.09f);
                break;
            case Tail.Short: f.Disc(c.Light, x - 0.03f, y, 0.11f, -0.1f); break;
            case Tail.Curly: f.Arc(c.Plain, x - 0.08f, y - 0.02f, 0.09f, 0.06f, 60, 360, -0.1f); break;
            default:
                f.Bend(c.Plain, x, y, x - 0.22f, y + 0.05f, x - 0.14f, y + 0.4f, 0.05f, 0.035f, -0.1f);
                f.Ellipse(c.Second, x - 0.14f, y + 0.45f, 0.07f, 0.12f, 0, -0.1f);
                break;
        }
    }

    static void Wool(Figure f, Coat c, float x, float y, float length, float height)
    {
        for (int i = 0; i < 9; i++)
        {
            float a = i * Angles.Turn / 9;
            f.Disc(c.Plain with { Line = 0.7f }, x + (length * 0.82f * Angles.Cos(a)), y + (height * 0.78f * Angles.Sin(a)),
                height * 0.42f);
        }
        f.Ellipse(c.Body with { Line = 0 }, x, y, length * 0.92f, height * 0.9f);
    }

    void DrawHead(Figure f, Coat c, float x, float y, float r)
    {
        if (HasMane && Neck <= 0.2f)
            f.Disc(c.Second with { Pattern = Pattern.Plain }, x, y + 0.02f, r * 1.45f, 0.2f);
        var ear = Ears is Ears.Floppy or Ears.Wide ? c.Dark : c.Plain;
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            switch (Ears)
            {
                case Ears.Floppy: f.Ellipse(ear, x + (side * r * 0.95f), y + (r * 0.05f), r * 0.3f, r * 0.7f, side * -14, 0.2f); break;
                case Ears.Pointed:
                    f.Polygon(ear, [-.34f, .2f, 0, -.75f, .34f, .2f], 0.03f, x + (side * r * 0.6f), y - (r * 0.62f), r, r, 0.22f);
                    f.Polygon(new(Rgb.Blush) { Line = 0 }, [-.16f, .1f, 0, -.45f, .16f, .1f], 0.01f, x + (side * r * 0.6f),
                        y - (r * 0.62f), r, r, 0.22f);
                    break;
                case Ears.Round: f.Disc(ear, x + (side * r * 0.75f), y - (r * 0.75f), r * 0.38f, 0.2f); break;
                case Ears.Tall:
                    f.Ellipse(ear, x + (side * r * 0.42f), y - (r * 1.45f), r * 0.26f, r * 0.85f, side * 8, 0.2f);
                    f.Ellipse(new(Rgb.Blush) { Line = 0 }, x + (side * r * 0.42f), y - (r * 1.4f), r * 0.12f, r * 0.6f, side * 8, 0.2f);
                    break;
                case Ears.Wide: f.Ellipse(ear, x + (side * r * 1.15f), y - (r * 0.05f), r * 0.62f, r * 0.85f, side * 12, 0.1f); break;
                default: f.Ellipse(ear, x + (side * r * 1.05f), y - (r * 0.35f), r * 0.42f, r * 0.22f, side * -20, 0.2f); break;
            }
            if (HasHorns)
                f.Bend(Coat.White, x + (side * r * 0.45f), y - (r * 0.8f), x + (side * r * 0.8f), y - r, x + (side * r * 0.7f),
                    y - (r * 1.5f), r * 0.13f, r * 0.06f, 0.2f);
        }
        int skull = f.Ellipse(IsWoolly ? c.Second : c.Plain, x, y, r, r * 0.95f, 0, 0.25f);
        if (c.Form(5, 3) == 0)
            f.Ellipse(c.Second with { Line = 0 }, x + (r * 0.42f), y - (r * 0.15f), r * 0.42f, r * 0.45f, 0, 0.25f, skull);
        DrawMuzzle(f, c, x + (r * 0.12f), y, r);
        float eye = r * c.Trait(6, 0.2f, 0.27f);
        f.Eye(x - (r * 0.3f), y - (r * 0.15f), eye, 0.32f);
        f.Eye(x + (r * 0.52f), y - (r * 0.15f), eye, 0.32f);
    }

    void DrawMuzzle(Figure f, Coat c, float x, float y, float r)
    {
        switch (Muzzle)
        {
            case Muzzle.Trunk:
                f.Bend(c.Plain, x, y + (r * 0.2f), x + (r * 0.1f), y + (r * 1.8f), x + (r * 0.85f), y + (r * 1.45f), r * 0.34f, r * 0.2f,
                    0.4f);
                f.Bend(Coat.White, x - (r * 0.45f), y + (r * 0.5f), x - (r * 0.4f), y + r, x - (r * 0.05f), y + (r * 1.05f), r * 0.12f,
                    r * 0.06f, 0.36f);
                return;
            case Muzzle.Disc:
                f.Ellipse(new(Rgb.Blush), x, y + (r * 0.35f), r * 0.42f, r * 0.3f, 0, 0.4f);
                f.Disc(Coat.Black with { Line = 0 }, x - (r * 0.15f), y + (r * 0.35f), r * 0.08f, 0.42f);
                f.Disc(Coat.Black with { Line = 0 }, x + (r * 0.15f), y + (r * 0.35f), r * 0.08f, 0.42f);
                return;
        }
        bool isLong = Muzzle == Muzzle.Long;
        f.Ellipse(c.Light, x, y + (r * (isLong ? 0.55f : 0.42f)), r * (isLong ? 0.5f : 0.52f), r * (isLong ? 0.5f : 0.36f), 0, 0.36f);
        f.Ellipse(Coat.Black, x, y + (r * 0.24f), r * 0.2f, r * 0.14f, 0, 0.42f);
        f.Smile(x, y + (r * 0.68f), r * 0.22f, 0.4f);
        if (!HasWhiskers)
            return;
        for (int i = -1; i <= 1; i += 2)
        {
            f.Limb(Paint.Flat(Rgb.Charcoal), x + (i * r * 0.45f), y + (r * 0.4f), x + (i * r * 1.15f), y + (r * 0.3f), 0.012f, -1, 0.4f);
            f.Limb(Paint.Flat(Rgb.Charcoal), x + (i * r * 0.45f), y + (r * 0.5f), x + (i * r * 1.1f), y + (r * 0.58f), 0.012f, -1, 0.4f);
        }
    }
}
