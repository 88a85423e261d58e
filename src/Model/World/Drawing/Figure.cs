using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>
/// Parts from back to front, in units: a subject lies within ±1 both ways with y downwards and stands on y = 1; a
/// scene fills the square from 0 to 1. Made once and filled again for each picture, so that drawing allocates nothing.
/// </summary>
sealed partial class Figure
{
    Part[] _parts = new Part[64];
    Vector2[] _points = new Vector2[256];
    int _pointCount;

    internal int Count { get; private set; }

    internal ReadOnlySpan<Part> Parts => _parts.AsSpan(0, Count);

    internal ReadOnlySpan<Vector2> Points => _points.AsSpan(0, _pointCount);

    /// <summary>Where things that are worn go: (x, y, width) of the top of the head, the eyes, and the neck.</summary>
    internal (float X, float Y, float Width) Top { get; set; }

    /// <inheritdoc cref="Top"/>
    internal (float X, float Y, float Width) Eyes { get; set; }

    /// <inheritdoc cref="Top"/>
    internal (float X, float Y, float Width) Neck { get; set; }

    /// <summary>Height of the anchors above the plane.</summary>
    internal float AnchorDepth { get; set; }

    internal void Clear()
    {
        Count = _pointCount = 0;
        Top = (0, -0.8f, 0.8f);
        Eyes = (0, -0.2f, 0.7f);
        Neck = (0, 0.2f, 0.8f);
        AnchorDepth = 0.2f;
    }

    internal int Ellipse(in Paint paint, float x, float y, float radiusX, float radiusY, float angle = 0, float z = 0, int clip = -1)
    {
        ref var part = ref Add(ShapeKind.Ellipse, paint, z, clip);
        (part.Middle, part.Half, part.Turn) = (new(x, y), new(radiusX, radiusY), Turned(angle));
        return Count - 1;
    }

    internal int Disc(in Paint paint, float x, float y, float radius, float z = 0, int clip = -1)
        => Ellipse(paint, x, y, radius, radius, 0, z, clip);

    internal int Box(in Paint paint, float x, float y, float halfX, float halfY, float round = 0.03f, float angle = 0, float z = 0,
        int clip = -1)
    {
        ref var part = ref Add(ShapeKind.Box, paint, z, clip);
        (part.Middle, part.Half, part.Turn, part.Round) = (new(x, y), new(halfX, halfY), Turned(angle),
            Math.Min(round, Math.Min(halfX, halfY)));
        return Count - 1;
    }

    /// <summary>A line with round ends of two radii.</summary>
    internal int Limb(in Paint paint, float x0, float y0, float x1, float y1, float radius0, float radius1 = -1, float z = 0, int clip = -1)
    {
        Span<Vector2> ends = [new(x0, y0), new(x1, y1)];
        return Pointed(ShapeKind.Capsule, paint, ends, radius0, radius1 < 0 ? radius0 : radius1, z, clip);
    }

    /// <summary>A bent line: a quadratic Bézier curve from (x0, y0) to (x1, y1).</summary>
    internal int Bend(in Paint paint, float x0, float y0, float x, float y, float x1, float y1, float radius0, float radius1 = -1,
        float z = 0, int clip = -1)
    {
        const int Pieces = 7;
        Span<Vector2> line = stackalloc Vector2[Pieces + 1];
        for (int i = 0; i <= Pieces; i++)
        {
            float t = i / (float)Pieces, s = 1 - t;
            line[i] = new((s * s * x0) + (2 * s * t * x) + (t * t * x1), (s * s * y0) + (2 * s * t * y) + (t * t * y1));
        }
        return Pointed(ShapeKind.Tube, paint, line, radius0, radius1 < 0 ? radius0 : radius1, z, clip);
    }

    /// <summary>A filled outline.</summary>
    /// <param name="xy">x and y in turn.</param>
    /// <param name="round">Added all around.</param>
    internal int Polygon(in Paint paint, ReadOnlySpan<float> xy, float round = 0.02f, float x = 0, float y = 0, float scaleX = 1,
        float scaleY = 1, float z = 0, int clip = -1)
    {
        Span<Vector2> points = stackalloc Vector2[xy.Length / 2];
        for (int i = 0; i < points.Length; i++)
            points[i] = new(x + (xy[2 * i] * scaleX), y + (xy[(2 * i) + 1] * scaleY));
        return Pointed(ShapeKind.Polygon, paint, points, round, round, z, clip);
    }

    /// <summary>What a lathe makes: the same left and right of an axis.</summary>
    /// <param name="yw">Height and half width in turn, from top to bottom, joined smoothly (Catmull-Rom).</param>
    internal int Lathe(in Paint paint, ReadOnlySpan<float> yw, float x = 0, float y = 0, float scaleX = 1, float scaleY = 1, float z = 0,
        int clip = -1, int steps = 3)
    {
        int knots = yw.Length / 2, rows = ((knots - 1) * steps) + 1;
        Span<Vector2> points = stackalloc Vector2[2 * rows];
        for (int row = 0; row < rows; row++)
        {
            int knot = Math.Min(row / steps, knots - 2);
            float t = (row - (knot * steps)) / (float)steps;
            float height = yw[2 * knot] + ((yw[(2 * knot) + 2] - yw[2 * knot]) * t);
            float width = Math.Max(0, Joined(yw, knot, t)) * scaleX;
            points[row] = new(x - width, y + (height * scaleY));
            points[(2 * rows) - 1 - row] = new(x + width, y + (height * scaleY));
        }
        return Pointed(ShapeKind.Polygon, paint, points, 0.015f, 0.015f, z, clip);
    }

    /// <summary>A piece of a ring.</summary>
    /// <param name="from">Degrees, 0 to the right, 90 downwards.</param>
    /// <param name="to">Beyond <paramref name="from"/>.</param>
    internal int Arc(in Paint paint, float x, float y, float radius, float thickness, float from, float to, float z = 0, int clip = -1)
    {
        ref var part = ref Add(ShapeKind.Arc, paint, z, clip);
        float half = Angles.Degrees((to - from) / 2);
        (part.Middle, part.Direction, part.Turn) = (new(x, y), Turned((from + to) / 2), new(Angles.Cos(half), Angles.Sin(half)));
        (part.End, part.Round) = (radius, thickness / 2);
        part.Half = new(radius + (thickness / 2));
        return Count - 1;
    }

    /// <summary>The same parts once more, left and right changed about x = 0; none of them may be clipped by another of them.</summary>
    internal void Mirror(int first)
    {
        for (int i = first, end = Count; i < end; i++)
        {
            var part = _parts[i];
            part.Middle.X = -part.Middle.X;
            part.Direction.X = -part.Direction.X;
            if (part.Kind is ShapeKind.Ellipse or ShapeKind.Box)
                part.Turn.Y = -part.Turn.Y;
            int start = _pointCount;
            for (int point = 0; point < part.Count; point++)
                Point(new(-_points[part.First + point].X, _points[part.First + point].Y));
            part.First = start;
            Room() = part;
        }
    }

    static float Joined(ReadOnlySpan<float> yw, int knot, float t)
    {
        int last = (yw.Length / 2) - 1;
        float a = yw[(2 * Math.Max(knot - 1, 0)) + 1], b = yw[(2 * knot) + 1], c = yw[(2 * knot) + 3],
            d = yw[(2 * Math.Min(knot + 2, last)) + 1];
        return b + (0.5f * t * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a))))));
    }

    static Vector2 Turned(float degrees)
    {
        float angle = Angles.Degrees(degrees);
        return new(Angles.Cos(angle), Angles.Sin(angle));
    }

    int Pointed(ShapeKind kind, in Paint paint, ReadOnlySpan<Vector2> points, float radius0, float radius1, float z, int clip)
    {
        int first = _pointCount;
        Vector2 low = new(float.MaxValue), high = new(float.MinValue);
        foreach (var point in points)
        {
            Point(point);
            low = Vector2.Min(low, point);
            high = Vector2.Max(high, point);
        }
        ref var part = ref Add(kind, paint, z, clip);
        (part.First, part.Count, part.Round, part.End) = (first, points.Length, radius0, radius1);
        part.Middle = (low + high) / 2;
        part.Half = ((high - low) / 2) + new Vector2(Math.Max(radius0, radius1));
        return Count - 1;
    }

    void Point(Vector2 point)
    {
        if (_pointCount == _points.Length)
            Array.Resize(ref _points, 2 * _pointCount);
        _points[_pointCount++] = point;
    }

    ref Part Room()
    {
        if (Count == _parts.Length)
            Array.Resize(ref _parts, 2 * Count);
        return ref _parts[Count++];
    }

    ref Part Add(ShapeKind kind, in Paint paint, float z, int clip)
    {
        ref var part = ref Room();
        part = new() { Kind = kind, Paint = paint, Depth = z, Clip = clip };
        return ref part;
    }
}
