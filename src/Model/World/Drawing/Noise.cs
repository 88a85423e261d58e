namespace SuTI.Model.World.Drawing;

/// <summary>Smooth random fields on the plane: values at whole points, hashed, joined by a cubic.</summary>
static class Noise
{
    /// <summary>From 0 to 1, by integer mixing of the point and the seed (the finalizer of MurmurHash3).</summary>
    internal static float At(int x, int y, uint seed)
    {
        unchecked
        {
            uint h = (uint)x * 0x9E3779B1u ^ (uint)y * 0x85EBCA77u ^ seed * 0xC2B2AE3Du;
            h ^= h >> 16;
            h *= 0x85EBCA6B;
            h ^= h >> 13;
            h *= 0xC2B2AE35;
            h ^= h >> 16;
            return (h >> 8) * (1f / (1 << 24));
        }
    }

    /// <summary>One octave, one unit from value to value.</summary>
    internal static float Smooth(float x, float y, uint seed)
    {
        float floorX = MathF.Floor(x), floorY = MathF.Floor(y);
        int ix = (int)floorX, iy = (int)floorY;
        float u = Ease(x - floorX), v = Ease(y - floorY);
        float top = At(ix, iy, seed) + ((At(ix + 1, iy, seed) - At(ix, iy, seed)) * u);
        float bottom = At(ix, iy + 1, seed) + ((At(ix + 1, iy + 1, seed) - At(ix, iy + 1, seed)) * u);
        return top + ((bottom - top) * v);
    }

    /// <summary>Two octaves, still from 0 to 1.</summary>
    internal static float Rough(float x, float y, uint seed)
        => (Smooth(x, y, seed) * 0.67f) + (Smooth((x * 2.1f) + 7, (y * 2.1f) + 3, seed + 1) * 0.33f);

    internal static float Ease(float t) => t * t * (3 - (2 * t));

    /// <summary>0 below <paramref name="low"/>, 1 above <paramref name="high"/>, a cubic between.</summary>
    internal static float Step(float low, float high, float value) => Ease(Math.Clamp((value - low) / (high - low), 0, 1));
}
