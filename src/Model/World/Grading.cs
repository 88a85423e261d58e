using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World;

/// <summary>Changes the light of a finished picture.</summary>
static class Grading
{
    internal static void Apply(Lighting lighting, Span<Vector4> pixels, ReadOnlySpan<float> subject, int size)
    {
        if (lighting == Lighting.AsInScene)
            return;
        for (int i = 0; i < pixels.Length; i++)
        {
            var colour = pixels[i].AsVector3();
            float x = ((i % size) + 0.5f) / size, y = ((i / size) + 0.5f) / size;
            colour = lighting switch
            {
                Lighting.Bright => (colour * 1.12f) + new Vector3(0.04f),
                Lighting.Evening => Rgb.Mix(colour * new Vector3(1.1f, 0.94f, 0.8f), new(0.98f, 0.62f, 0.38f), 0.07f + (0.1f * (1 - y))),
                Lighting.Night => Rgb.Mix(colour, new(Rgb.Luma(colour)),
                    0.25f) * (new Vector3(0.42f, 0.5f, 0.82f) * (1 + (0.35f * subject[i]))),
                Lighting.Spotlight => colour * (0.24f + (0.95f * (1 - Noise.Step(0.05f, 0.24f,
                    ((x - 0.5f) * (x - 0.5f)) + ((y - 0.55f) * (y - 0.55f)))))),
                _ => Rgb.Mix(colour, new(0.86f, 0.88f, 0.9f), 0.62f - (0.36f * subject[i])),
            };
            pixels[i] = new(Vector3.Clamp(colour, Vector3.Zero, Vector3.One), 1);
        }
    }
}
