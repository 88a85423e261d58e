using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>Colours as (red, green, blue) from 0 to 1, as they are stored in a picture (sRGB, not linear).</summary>
static class Rgb
{
    internal static readonly Vector3 White = Hex(0xF7F4EC), Black = Hex(0x2B2A30), Cream = Hex(0xF4E4C4), Charcoal = Hex(0x3A3B42),
        Wood = Hex(0xA9744A), Leaf = Hex(0x5A9E4B), Steel = Hex(0xA8B2BC), Gold = Hex(0xE8B93C), Rubber = Hex(0x33343A),
            Glass = Hex(0xBFE3EE),
        Beak = Hex(0xF0A030), Blush = Hex(0xE8909A), Flame = Hex(0xFFC94D);

    internal static Vector3 Hex(int value) => new((value >> 16) / 255f, ((value >> 8) & 255) / 255f, (value & 255) / 255f);

    // Not Vector3.Lerp, which contracts to one rounding on some processors and two on others.
    internal static Vector3 Mix(Vector3 a, Vector3 b, float share) => a + ((b - a) * share);

    internal static Vector3 Darker(Vector3 colour, float share) => colour * (1 - share);

    internal static Vector3 Lighter(Vector3 colour, float share) => Mix(colour, Vector3.One, share);

    internal static float Luma(Vector3 colour) => (colour.X * 0.299f) + (colour.Y * 0.587f) + (colour.Z * 0.114f);

    /// <summary>Clear but slightly varied: each channel moves by at most <paramref name="range"/>.</summary>
    internal static Vector3 Near(Vector3 colour, float range, ref WorldRandom random)
    {
        float all = random.Range(-range, range);
        return Vector3.Clamp(colour + new Vector3(all + random.Range(-range, range) / 3, all + random.Range(-range, range) / 3,
            all + random.Range(-range, range) / 3), Vector3.Zero, Vector3.One);
    }

    internal static byte Byte(float value) => value <= 0 ? (byte)0 : value >= 1 ? (byte)255 : (byte)((value * 255) + 0.5f);
}
