using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>One far light and the light from everywhere.</summary>
/// <param name="Direction">Towards the light, of length 1: x right, y down, z out of the picture.</param>
/// <param name="Sun">Colour of what faces it.</param>
/// <param name="Shade">Colour of what is turned away.</param>
readonly record struct Light(Vector3 Direction, Vector3 Sun, Vector3 Shade)
{
    internal static readonly Light Day = From(-0.55f, -0.62f, new(1.2f, 1.17f, 1.1f), new(0.56f, 0.58f, 0.68f));

    internal static Light From(float x, float y, Vector3 sun, Vector3 shade)
        => new(new(x, y, MathF.Sqrt(Math.Max(0.05f, 1 - (x * x) - (y * y)))), sun, shade);
}
