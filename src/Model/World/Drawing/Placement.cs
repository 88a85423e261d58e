using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>Where a figure lies in a picture: turned by roll, yaw and pitch, mirrored, scaled and moved.</summary>
/// <remarks>
/// Depth is a shift: a part at height z above the figure's plane moves by z · sin(yaw) across and −z · sin(pitch) down,
/// while the plane itself is shortened by the cosines. That is how a flat figure turns its nose.
/// </remarks>
readonly struct Placement
{
    // Local = (pixel − origin) · inverse; pixel = local · forward + origin.
    readonly float _originX, _originY, _xx, _xy, _yx, _yy, _inverseXx, _inverseXy, _inverseYx, _inverseYy;
    readonly float _depthX, _depthY;

    /// <summary>The unit square over a whole picture.</summary>
    internal Placement(int size) : this(0, 0, size, 0, false, 0, 0)
    {
    }

    /// <param name="x">Pixel of the figure's origin.</param>
    /// <param name="y">As x, downwards.</param>
    /// <param name="scale">Pixels a unit.</param>
    /// <param name="roll">Turn in the plane, radians, clockwise.</param>
    /// <param name="isMirrored">Left and right changed.</param>
    /// <param name="yaw">Turn about the upright axis.</param>
    /// <param name="pitch">Turn about the level axis, seen from above if positive.</param>
    internal Placement(float x, float y, float scale, float roll, bool isMirrored, float yaw, float pitch)
    {
        float cos = Angles.Cos(roll) * scale, sin = Angles.Sin(roll) * scale;
        float wide = Angles.Cos(yaw) * (isMirrored ? -1 : 1), high = Angles.Cos(pitch);
        (_originX, _originY) = (x, y);
        (_xx, _xy, _yx, _yy) = (cos * wide, sin * wide, -sin * high, cos * high);
        float determinant = (_xx * _yy) - (_xy * _yx);
        (_inverseXx, _inverseXy, _inverseYx, _inverseYy) = (_yy / determinant, -_xy / determinant, -_yx / determinant, _xx / determinant);
        (_depthX, _depthY) = (Angles.Sin(yaw) / Angles.Cos(yaw), -Angles.Sin(pitch) / high);
        PixelsAUnit = scale * MathF.Sqrt(MathF.Abs(wide * high));
    }

    internal float PixelsAUnit { get; }

    internal Vector2 ToPixel(Vector2 local) => new(_originX + (local.X * _xx) + (local.Y * _yx),
        _originY + (local.X * _xy) + (local.Y * _yy));

    internal Vector2 ToLocal(float x, float y)
        => new(((x - _originX) * _inverseXx) + ((y - _originY) * _inverseYx),
        ((x - _originX) * _inverseXy) + ((y - _originY) * _inverseYy));

    /// <summary>How far ToLocal moves from one pixel to the next in a row.</summary>
    internal Vector2 Across => new(_inverseXx, _inverseXy);

    /// <summary>Shift of a part at depth 1.</summary>
    internal Vector2 Depth => new(_depthX, _depthY);

    /// <summary>A light of the picture as the figure sees it.</summary>
    internal Light Seen(in Light light)
    {
        float x = (light.Direction.X * _xx) + (light.Direction.Y * _xy), y = (light.Direction.X * _yx) + (light.Direction.Y * _yy);
        return light with { Direction = new(x / PixelsAUnit, y / PixelsAUnit, light.Direction.Z) };
    }
}
