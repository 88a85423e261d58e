using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Styles;

static class Photos
{
    internal static void BlackAndWhite(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int i = 0; i < from.Length; i++)
        {
            float luma = Rgb.Luma(from[i].AsVector3());
            luma = Noise.Ease(Math.Clamp((luma * 1.05f) - 0.02f, 0, 1)) * 0.6f + (luma * 0.4f);
            luma += 0.05f * (Noise.At(i % size, i / size, seed) - 0.5f);
            to[i] = new(new Vector3(Math.Clamp(luma, 0, 1)), 1);
        }
    }

    internal static void Old(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed)
    {
        for (int i = 0; i < from.Length; i++)
        {
            float x = ((i % size) + 0.5f) / size, y = ((i / size) + 0.5f) / size;
            float corner = ((x - 0.5f) * (x - 0.5f)) + ((y - 0.5f) * (y - 0.5f));
            float luma = (((Rgb.Luma(from[i].AsVector3()) - 0.5f) * 1.25f) + 0.52f) * (1.08f - (0.6f * corner));
            luma += 0.1f * (Noise.Smooth(x * 24, y * 24, seed) - 0.5f);
            to[i] = new(Rgb.Mix(Rgb.Hex(0x3B2716), Rgb.Hex(0xF4E2BC), Math.Clamp(luma, 0, 1)), 1);
        }
    }
}
