using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Model.World.Drawing;

enum ShapeKind
{
    Ellipse,
    Box,
    Capsule,
    Polygon,
    Arc,
    Tube,
}

/// <summary>
/// One shape of a figure with its paint. Shapes are signed distances: negative inside, in units of the figure, which
/// gives smooth edges, outlines and soft shadows from the same number.
/// </summary>
/// <remarks>Distances: Quilez, 2D distance functions; of the ellipse the first-order one, exact on the edge.</remarks>
struct Part
{
    internal ShapeKind Kind;
    internal Paint Paint;

    /// <summary>Middle; and half extents, turned with the shape.</summary>
    internal Vector2 Middle, Half;

    /// <summary>Cosine and sine of the turn of ellipses and boxes; of half the opening of arcs.</summary>
    internal Vector2 Turn;

    /// <summary>Rounding of boxes and polygons; half the thickness of arcs; radii at both ends of capsules and tubes.</summary>
    internal float Round, End;

    /// <summary>Points of polygons and tubes.</summary>
    internal int First, Count;

    /// <summary>Height above the plane of the figure.</summary>
    internal float Depth;

    /// <summary>The part that bounds this one, or −1.</summary>
    internal int Clip;

    /// <summary>Half the size of the box round the turned shape.</summary>
    internal readonly Vector2 Reach => Kind switch
    {
        ShapeKind.Ellipse or ShapeKind.Box => new(MathF.Abs(Half.X * Turn.X) + MathF.Abs(Half.Y * Turn.Y),
            MathF.Abs(Half.X * Turn.Y) + MathF.Abs(Half.Y * Turn.X)),
        _ => Half,
    };

    /// <param name="p">In units of the figure.</param>
    /// <param name="points">Of the whole figure.</param>
    internal readonly float Distance(Vector2 p, ReadOnlySpan<Vector2> points)
    {
        var q = p - Middle;
        switch (Kind)
        {
            case ShapeKind.Ellipse:
                q = Turned(q);
                float ax = q.X / Half.X, ay = q.Y / Half.Y;
                float near = MathF.Sqrt((ax * ax) + (ay * ay));
                float bx = ax / Half.X, by = ay / Half.Y;
                float slope = MathF.Sqrt((bx * bx) + (by * by));
                return slope < 1e-6f ? -Math.Min(Half.X, Half.Y) : near * (near - 1) / slope;
            case ShapeKind.Box:
                q = Turned(q);
                float dx = MathF.Abs(q.X) - Half.X + Round, dy = MathF.Abs(q.Y) - Half.Y + Round;
                return Length(Math.Max(dx, 0), Math.Max(dy, 0)) + Math.Min(Math.Max(dx, dy), 0) - Round;
            case ShapeKind.Arc:
                return Arc(q);
            case ShapeKind.Polygon:
                return Polygon(p, points.Slice(First, Count)) - Round;
            default:
                return Tube(p, points.Slice(First, Count));
        }
    }

    readonly Vector2 Turned(Vector2 q) => new((q.X * Turn.X) + (q.Y * Turn.Y), (q.Y * Turn.X) - (q.X * Turn.Y));

    // First and Count hold no points here: the middle line's radius is End, the opening is symmetric about the turn.
    readonly float Arc(Vector2 q)
    {
        float along = (q.X * Direction.X) + (q.Y * Direction.Y), across = MathF.Abs((q.Y * Direction.X) - (q.X * Direction.Y));
        if ((Turn.X * across) > (Turn.Y * along))
            return Length(along - (Turn.X * End), across - (Turn.Y * End)) - Round;
        return MathF.Abs(Length(along, across) - End) - Round;
    }

    /// <summary>Of arcs: where their middle lies.</summary>
    internal Vector2 Direction;

    readonly float Tube(Vector2 p, ReadOnlySpan<Vector2> points)
    {
        float nearest = float.MaxValue, step = 1f / (points.Length - 1);
        for (int i = 0; i + 1 < points.Length; i++)
        {
            float share = Share(p, points[i], points[i + 1], out float distance);
            nearest = Math.Min(nearest, distance - Round - ((End - Round) * (i + share) * step));
        }
        return nearest;
    }

    static float Polygon(Vector2 p, ReadOnlySpan<Vector2> points)
    {
        float nearest = float.MaxValue;
        bool inside = false;
        for (int i = 0, j = points.Length - 1; i < points.Length; j = i++)
        {
            Share(p, points[j], points[i], out float distance);
            nearest = Math.Min(nearest, distance);
            if ((points[i].Y > p.Y) != (points[j].Y > p.Y)
                && p.X < ((points[j].X - points[i].X) * (p.Y - points[i].Y) / (points[j].Y - points[i].Y)) + points[i].X)
                inside = !inside;
        }
        return inside ? -nearest : nearest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Share(Vector2 p, Vector2 from, Vector2 to, out float distance)
    {
        float ex = to.X - from.X, ey = to.Y - from.Y, x = p.X - from.X, y = p.Y - from.Y;
        float share = Math.Clamp(((x * ex) + (y * ey)) / Math.Max((ex * ex) + (ey * ey), 1e-12f), 0, 1);
        distance = Length(x - (ex * share), y - (ey * share));
        return share;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));
}
