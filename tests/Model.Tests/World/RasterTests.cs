using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.Tests.World;

/// <summary>Shapes cover the area that geometry says, wherever they are placed.</summary>
[TestFixture]
public class RasterTests
{
    const int Size = 96;

    [Test]
    public void A_disc_covers_pi_r_squared([Values(0.1f, 0.5f, 0.93f)] float radius)
        => Assert.That(Area(figure => figure.Disc(Flat, 0, 0, radius)), Is.EqualTo(Math.PI * radius * radius).Within(1.5).Percent);

    // Half a pixel around the edge counts half, so turned and tapered shapes are as exact as upright ones.
    [TestCase(0), TestCase(30), TestCase(77)]
    public void A_box_covers_its_sides(float degrees)
        => Assert.That(Area(figure => figure.Box(Flat, 0.1f, -0.1f, 0.5f, 0.25f, 0, degrees)), Is.EqualTo(0.5).Within(1.5).Percent);

    [Test]
    public void An_ellipse_covers_pi_a_b([Values(0, 40)] float degrees)
        => Assert.That(Area(figure => figure.Ellipse(Flat, 0, 0, 0.7f, 0.4f, degrees)), Is.EqualTo(Math.PI * 0.28).Within(1.5).Percent);

    [Test]
    public void A_polygon_covers_the_shoelace_area()
        => Assert.That(Area(figure => figure.Polygon(Flat, [-0.6f, -0.5f, 0.7f, -0.3f, 0.1f, 0.1f, 0.4f, 0.8f, -0.7f, 0.4f], round: 0)),
        Is.EqualTo(0.99).Within(1.5).Percent);

    [Test]
    public void A_limb_is_a_box_with_two_half_discs()
        => Assert.That(Area(figure => figure.Limb(Flat, -0.4f, -0.3f, 0.4f, 0.3f, 0.2f)),
        Is.EqualTo((2 * 0.2) + (Math.PI * 0.04)).Within(1.5).Percent);

    [Test]
    public void An_arc_is_its_share_of_a_ring_with_round_ends()
        => Assert.That(Area(figure => figure.Arc(Flat, 0, 0, 0.6f, 0.2f, 20, 200)),
        Is.EqualTo((Math.PI * 0.6 * 0.2) + (Math.PI * 0.01)).Within(1.5).Percent);

    [Test]
    public void A_straight_bend_is_a_limb()
    {
        double bend = Area(figure => figure.Bend(Flat, -0.5f, 0, 0, 0, 0.5f, 0, 0.2f)),
            limb = Area(figure => figure.Limb(Flat, -0.5f, 0, 0.5f, 0, 0.2f));
        Assert.That(bend, Is.EqualTo(limb).Within(0.1).Percent);
    }

    [Test]
    public void A_clipped_part_stays_within_its_bound()
    {
        double area = Area(figure =>
        {
            int body = figure.Disc(Flat with { Opacity = 0 }, 0, 0, 0.5f);
            figure.Box(Flat, 0.5f, 0, 0.5f, 2, 0, clip: body);
        });
        Assert.That(area, Is.EqualTo(Math.PI * 0.125).Within(2).Percent);
    }

    [Test]
    public void Turning_and_mirroring_keep_the_area()
    {
        double upright = Area(figure => figure.Polygon(Flat, [-0.5f, -0.5f, 0.5f, 0, -0.2f, 0.5f]));
        double turned = Area(figure => figure.Polygon(Flat, [-0.5f, -0.5f, 0.5f, 0, -0.2f, 0.5f]), roll: 0.6f, isMirrored: true);
        Assert.That(turned, Is.EqualTo(upright).Within(1).Percent);
    }

    [Test]
    public void A_mirrored_half_is_symmetric()
    {
        var canvas = new Canvas(Size);
        var figure = new Figure();
        figure.Clear();
        figure.Bend(Flat, 0.1f, -0.8f, 0.9f, -0.5f, 0.4f, 0.6f, 0.1f, 0.2f);
        figure.Ellipse(Flat, 0.4f, 0.7f, 0.3f, 0.1f, 30);
        figure.Arc(Flat, 0.4f, -0.5f, 0.3f, 0.1f, -30, 100);
        figure.Mirror(0);
        canvas.Draw(figure, new(Size / 2f, Size / 2f, Size / 2f, 0, false, 0, 0), Light.Day, 0);
        for (int y = 0; y < Size; y++)
        {
            for (int x = 0; x < Size / 2; x++)
                Assert.That(canvas.Pixels[(y * Size) + x].W, Is.EqualTo(canvas.Pixels[(y * Size) + Size - 1 - x].W).Within(0.02f),
                    $"({x}, {y})");
        }
    }

    [Test]
    public void Fitted_figures_stand_on_one_and_fill_their_square()
    {
        var figure = new Figure();
        figure.Clear();
        figure.Box(Flat, 0.2f, 0.1f, 0.4f, 0.8f);
        figure.Top = (0.2f, -0.7f, 0.4f);
        figure.Fit();
        Assert.Multiple(() =>
        {
            Assert.That(figure.Parts[0].Middle, Is.EqualTo(Vector2.Zero).Using<Vector2>((a, b) => Vector2.Distance(a, b) < 1e-5f));
            Assert.That(figure.Parts[0].Half.Y, Is.EqualTo(1).Within(1e-5));
            Assert.That(figure.Top.Y, Is.EqualTo(-1).Within(1e-5));
        });
    }

    [Test]
    public void Sine_and_cosine_are_close_to_the_real_ones()
    {
        for (float angle = -20; angle < 20; angle += 0.013f)
        {
            Assert.That(Angles.Sin(angle), Is.EqualTo(Math.Sin(angle)).Within(4e-6));
            Assert.That(Angles.Cos(angle), Is.EqualTo(Math.Cos(angle)).Within(4e-6));
        }
    }

    static Paint Flat { get; } = Paint.Flat(Vector3.One);

    /// <summary>In square units of a figure that lies in the middle of a canvas two units wide.</summary>
    static double Area(Action<Figure> add, float roll = 0, bool isMirrored = false)
    {
        var figure = new Figure();
        figure.Clear();
        add(figure);
        var canvas = new Canvas(Size);
        canvas.Draw(figure, new(Size / 2f, Size / 2f, Size / 2f, roll, isMirrored, 0, 0), Light.Day, 0);
        return canvas.Pixels.Sum(pixel => (double)pixel.W) * 4 / (Size * Size);
    }
}
