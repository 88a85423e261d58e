using SuTI.Engine;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

/// <summary>All accessories; each is drawn at the figure's anchors, so that every class can wear it.</summary>
public static class Accessories
{
    /// <summary>In a fixed order.</summary>
    public static IReadOnlyList<Accessory> All { get; } =
    [
        new("hat", "wearing a hat", TopHat), new("crown", "wearing a crown", Crown), new("party hat", "wearing a party hat", PartyHat),
        new("santa hat", "wearing a santa hat", SantaHat), new("sunglasses", "wearing sunglasses", Sunglasses),
        new("glasses", "wearing glasses", Glasses), new("scarf", "wearing a scarf", Scarf), new("bow tie", "wearing a bow tie", BowTie),
        new("flower", "with a flower", Flower), new("headphones", "wearing headphones", Headphones),
        new("balloons", "with balloons", Balloons), new("medal", "wearing a medal", Medal),
    ];

    /// <exception cref="SutiException">There is none of this name.</exception>
    public static Accessory Named(string name)
        => All.FirstOrDefault(accessory => accessory.Name == name)
            ?? throw new SutiException("accessory", "there is none of this name",
            string.Join(", ", All.Select(accessory => accessory.Name)), $"'{CheckpointException.Printable(name ?? "")}'");

    static void TopHat(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Top;
        float z = f.AnchorDepth + 0.05f;
        Paint felt = new(Rgb.Mix(Rgb.Black, first.Colour, 0.12f)) { Gloss = 0.3f };
        f.Box(felt, x, y - (w * 0.36f), w * 0.34f, w * 0.38f, w * 0.05f, 0, z);
        f.Box(first, x, y - (w * 0.12f), w * 0.35f, w * 0.09f, 0.01f, 0, z);
        f.Ellipse(felt, x, y, w * 0.62f, w * 0.11f, 0, z);
    }

    static void Crown(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Top;
        float z = f.AnchorDepth + 0.05f;
        f.Polygon(Coat.Gold, [-.5f, .08f, -.56f, -.5f, -.27f, -.22f, 0, -.62f, .27f, -.22f, .56f, -.5f, .5f, .08f], 0.03f, x, y, w, w, z);
        foreach (float at in (ReadOnlySpan<float>)[-0.56f, 0, 0.56f])
            f.Disc(first, x + (at * w), y - (w * (at == 0 ? 0.66f : 0.54f)), w * 0.08f, z);
        f.Disc(second, x, y - (w * 0.08f), w * 0.08f, z);
    }

    static void PartyHat(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Top;
        float z = f.AnchorDepth + 0.05f;
        f.Polygon(first with { Second = second.Colour, Pattern = Pattern.Zigzag, Scale = 3.4f / w }, [-.36f, .06f, 0, -.95f, .36f, .06f],
            0.02f, x, y, w, w, z);
        f.Disc(second, x, y - (w * 0.98f), w * 0.13f, z);
    }

    static void SantaHat(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Top;
        float z = f.AnchorDepth + 0.05f;
        f.Polygon(new(Rgb.Hex(0xD2303A)), [-.5f, 0, -.34f, -.45f, .1f, -.72f, .72f, -.42f, .66f, -.3f, .3f, -.4f, .5f, 0], 0.05f, x, y, w,
            w, z);
        f.Box(Coat.White, x, y, w * 0.6f, w * 0.13f, w * 0.12f, 0, z);
        f.Disc(Coat.White, x + (w * 0.72f), y - (w * 0.3f), w * 0.15f, z);
    }

    static void Sunglasses(Figure f, Paint first, Paint second) => Lenses(f, new(Rgb.Hex(0x23242C)) { Gloss = 1 }, first, true);

    static void Glasses(Figure f, Paint first, Paint second) => Lenses(f, Paint.Flat(Rgb.Glass, 0.35f), first, false);

    static void Lenses(Figure f, Paint lens, Paint frame, bool isDark)
    {
        var (x, y, w) = f.Eyes;
        float z = f.AnchorDepth + 0.2f, r = w * 0.25f;
        f.Limb(frame, x - (w * 0.55f), y - (r * 0.2f), x + (w * 0.55f), y - (r * 0.2f), w * 0.035f, -1, z);
        foreach (float side in (ReadOnlySpan<float>)[-0.28f, 0.28f])
        {
            if (isDark)
                f.Box(lens, x + (side * w), y, r, r * 0.78f, r * 0.5f, 0, z);
            else
            {
                f.Disc(lens, x + (side * w), y, r, z);
                f.Arc(frame, x + (side * w), y, r, w * 0.065f, 0, 359, z);
            }
        }
    }

    static void Scarf(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Neck;
        float z = f.AnchorDepth + 0.08f;
        var wool = first with { Second = second.Colour, Pattern = Pattern.Striped, Scale = 4 / Math.Max(w, 0.3f) };
        f.Box(wool with { Pattern = Pattern.Banded, Scale = 6 / Math.Max(w, 0.3f) }, x + (w * 0.24f), y + (w * 0.32f), w * 0.13f,
            w * 0.32f, 0.03f, -8, z);
        f.Box(wool, x, y, w * 0.55f, w * 0.15f, w * 0.14f, 3, z + 0.02f);
    }

    static void BowTie(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Neck;
        float z = f.AnchorDepth + 0.1f;
        f.Polygon(first, [0, 0, -.5f, -.26f, -.5f, .26f], 0.04f, x, y, w * 0.8f, w * 0.8f, z);
        f.Polygon(first, [0, 0, .5f, -.26f, .5f, .26f], 0.04f, x, y, w * 0.8f, w * 0.8f, z);
        f.Disc(second, x, y, w * 0.12f, z);
    }

    static void Flower(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Top;
        float z = f.AnchorDepth + 0.1f, r = w * 0.17f;
        x += w * 0.26f;
        f.Ellipse(Coat.Leaf, x + (r * 1.4f), y + (r * 0.8f), r * 1.1f, r * 0.5f, 30, z);
        for (int petal = 0; petal < 6; petal++)
            f.Disc(first, x + (r * 1.05f * Angles.Cos(petal * 1.0472f)), y + (r * 1.05f * Angles.Sin(petal * 1.0472f)), r * 0.72f, z);
        f.Disc(Coat.Gold, x, y, r * 0.72f, z);
    }

    static void Headphones(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Eyes;
        float z = f.AnchorDepth + 0.05f, r = w * 0.62f, top = Math.Min(f.Top.Y - (w * 0.06f), y - (r * 0.6f));
        f.Bend(Coat.Black, x - r, y, x, (2 * top) - y, x + r, y, w * 0.06f, -1, z);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            f.Box(first, x + (side * r), y, w * 0.12f, w * 0.24f, w * 0.1f, 0, z);
            f.Box(second, x + (side * r * 1.15f), y, w * 0.05f, w * 0.15f, w * 0.04f, 0, z);
        }
    }

    static void Balloons(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Neck;
        float side = x > 0.25f ? -1 : 1;
        ReadOnlySpan<float> places = [0.62f, -1.02f, 0.9f, -0.78f, 0.5f, -0.66f];
        for (int i = 0; i < 3; i++)
        {
            float bx = side * places[2 * i], by = places[(2 * i) + 1];
            f.Bend(Paint.Flat(Rgb.Charcoal), side * 0.6f, 0.35f, side * 0.7f, 0, bx, by + 0.2f, 0.012f, -1, -0.1f);
            f.Ellipse((i == 0 ? first : i == 1 ? second : Coat.Gold) with { Gloss = 1 }, bx, by, 0.2f, 0.25f, 0, 0.1f);
        }
    }

    static void Medal(Figure f, Paint first, Paint second)
    {
        var (x, y, w) = f.Neck;
        float z = f.AnchorDepth + 0.1f;
        f.Polygon(first, [-.34f, -.12f, -.16f, -.16f, .06f, .3f, -.08f, .38f], 0.01f, x, y, w, w, z);
        f.Polygon(first, [.34f, -.12f, .16f, -.16f, -.06f, .3f, .08f, .38f], 0.01f, x, y, w, w, z);
        f.Disc(Coat.Gold, x, y + (w * 0.5f), w * 0.22f, z + 0.02f);
        f.Disc(Coat.Gold.Darker(0.15f) with { Line = 0 }, x, y + (w * 0.5f), w * 0.11f, z + 0.02f);
    }
}
