using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

/// <summary>
/// What scenes are drawn with: the unit square, x to the right and y downwards, and a stream of random numbers by which no
/// two beaches are the same.
/// </summary>
sealed class Backdrop(Canvas canvas)
{
    readonly Figure _figure = new();
    readonly float _pixel = 1f / canvas.Size;
    WorldRandom _random;

    internal Light Light { get; set; } = Light.Day;

    internal void Begin(WorldRandom random, Light light)
    {
        _random = random;
        Light = light;
        _figure.Clear();
    }

    internal ref WorldRandom Random => ref _random;

    internal float Range(float low, float high) => _random.Range(low, high);

    internal uint Seed() => _random.Word();

    internal Vector3 Near(int hex, float range = 0.04f) => Rgb.Near(Rgb.Hex(hex), range, ref _random);

    /// <summary>Shapes that wait for <see cref="Shapes"/>; scenes draw without outlines unless the paint has some.</summary>
    internal Figure Figure => _figure;

    /// <summary>Draws the waiting shapes.</summary>
    internal void Shapes(float line = 0.006f)
    {
        canvas.Draw(_figure, new(canvas.Size), Light, line);
        _figure.Clear();
    }

    /// <summary>Colours of rows, from one height to another.</summary>
    internal void Gradient(Vector3 top, Vector3 bottom, float from = 0, float to = 1)
        => Field(from, to, (_, y) => Rgb.Mix(top, bottom, Math.Clamp((y - from) / (to - from), 0, 1)));

    /// <summary>A colour for each point between two heights; the upper edge is smoothed.</summary>
    internal void Field(float from, float to, Func<float, float, Vector3> colour)
    {
        int size = canvas.Size;
        for (int y = Math.Max(0, (int)(from * size)); y < Math.Min(size, (int)MathF.Ceiling(to * size)); y++)
        {
            float cover = Math.Clamp(y + 1 - (from * size), 0, 1);
            for (int x = 0; x < size; x++)
                canvas.Over((y * size) + x, colour((x + 0.5f) * _pixel, (y + 0.5f) * _pixel), cover);
        }
    }

    /// <summary>Everything below a wandering line.</summary>
    /// <param name="height">Of the line, at rest.</param>
    /// <param name="swing">How far it rises at most.</param>
    /// <param name="waves">Hills from left to right.</param>
    /// <param name="colour">By the depth below the line.</param>
    internal void Ridge(float height, float swing, float waves, Func<float, Vector3> colour, bool isJagged = false)
    {
        uint seed = Seed();
        int size = canvas.Size;
        for (int x = 0; x < size; x++)
        {
            float at = (x + 0.5f) * _pixel * waves;
            float rise = isJagged ? Jagged(at, seed) : Noise.Rough(at, 0.5f, seed);
            float line = (height - (swing * rise)) * size;
            for (int y = Math.Max(0, (int)line); y < size; y++)
                canvas.Over((y * size) + x, colour((y * _pixel) - (line * _pixel)), Math.Clamp(y + 1 - line, 0, 1));
        }
    }

    /// <summary>Straight lines between random heights, for rocks and mountains.</summary>
    static float Jagged(float x, uint seed)
    {
        float whole = MathF.Floor(x), a = Noise.At((int)whole, 1, seed), b = Noise.At((int)whole + 1, 1, seed);
        return ((a + ((b - a) * (x - whole))) * 0.8f) + (0.2f * Noise.Smooth(x * 4, 2, seed));
    }

    /// <summary>Changes what is there: brightness grain of a given size.</summary>
    internal void Grain(float from, float to, float strength, float scaleX, float scaleY)
    {
        uint seed = Seed();
        int size = canvas.Size;
        for (int y = Math.Max(0, (int)(from * size)); y < Math.Min(size, (int)(to * size)); y++)
        {
            for (int x = 0; x < size; x++)
            {
                ref var pixel = ref canvas.Pixels[(y * size) + x];
                float factor = 1 + (strength * (Noise.Rough(x * _pixel * scaleX, y * _pixel * scaleY, seed) - 0.5f));
                pixel = new(Math.Min(pixel.X * factor, 1), Math.Min(pixel.Y * factor, 1), Math.Min(pixel.Z * factor, 1), pixel.W);
            }
        }
    }

    internal void Clouds(int count, float low, float high, Vector3 colour, float opacity = 0.85f)
    {
        for (int i = 0; i < count; i++)
        {
            float x = Range(0, 1), y = Range(low, high), w = Range(0.05f, 0.1f);
            for (int puff = -1; puff <= 1; puff++)
                _figure.Ellipse(Paint.Flat(colour, opacity, 0.05f), x + (puff * w * 0.9f), y + (puff == 0 ? -0.02f : 0.01f),
                    w * (puff == 0 ? 1 : 0.8f), w * 0.5f);
        }
        Shapes();
    }

    internal void Sun(float x, float y, float radius, Vector3 colour)
    {
        _figure.Disc(Paint.Glow(colour, 0.45f, radius * 2.2f), x, y, radius * 1.7f);
        _figure.Disc(Paint.Glow(Rgb.Lighter(colour, 0.45f), 1, 0.01f), x, y, radius);
        Shapes();
    }

    internal void Stars(int count, float to = 1)
    {
        for (int i = 0; i < count; i++)
            _figure.Disc(Paint.Glow(Rgb.Mix(Rgb.White, Rgb.Hex(0xA8C8FF), Range(0, 1)), Range(0.4f, 1), 0.006f), Range(0, 1), Range(0, to),
                Range(0.003f, 0.009f));
        Shapes();
    }

    /// <summary>Rows of bricks or tiles.</summary>
    internal void Bricks(float from, float to, float width, float height, Vector3 brick, Vector3 mortar, float variety,
        bool isStaggered = true)
    {
        uint seed = Seed();
        float joint = Math.Max(0.006f, _pixel * 0.7f);
        Field(from, to, (x, y) =>
        {
            float row = MathF.Floor((y - from) / height),
                column = (x / width) + (isStaggered ? 0.5f * (row - (2 * MathF.Floor(row / 2))) : 0);
            float cell = MathF.Floor(column), dx = Math.Min(column - cell, 1 - column + cell) * width, inRow = ((y - from) / height) - row;
            float dy = Math.Min(inRow, 1 - inRow) * height;
            float share = Noise.Step(joint * 0.4f, joint * 1.2f, Math.Min(dx, dy));
            float tone = 1 + (variety * (Noise.At((int)cell, (int)row, seed) - 0.5f));
            return Rgb.Mix(mortar, brick * tone, share);
        });
    }

    /// <summary>A floor of boards that run away from the viewer.</summary>
    internal void Boards(float from, float to, Vector3 wood, int count, float vanishing = 0.5f)
    {
        uint seed = Seed();
        Field(from, to, (x, y) =>
        {
            float depth = 0.35f + (0.65f * (y - from) / Math.Max(to - from, 0.01f));
            float board = ((x - vanishing) / depth * count * 0.5f) + 40;
            float cell = MathF.Floor(board), edge = Math.Min(board - cell, 1 - board + cell);
            float grain = Noise.Smooth(board * 3, y * 9, seed);
            float tone = 0.9f + (0.16f * Noise.At((int)cell, 0, seed)) + (0.1f * grain);
            return wood * (tone * (0.72f + (0.28f * Noise.Step(0, 0.1f, edge))));
        });
    }

    /// <summary>Water with level glints.</summary>
    internal void Water(float from, float to, Vector3 far, Vector3 near, Vector3 glint, float strength = 0.5f)
    {
        uint seed = Seed();
        Field(from, to, (x, y) =>
        {
            float depth = (y - from) / (to - from);
            float wave = Noise.Rough((x * 7) / (0.5f + depth), (y - from) * 42 / (0.6f + depth), seed);
            return Rgb.Mix(Rgb.Mix(far, near, depth), glint, strength * Noise.Step(0.58f, 0.75f, wave));
        });
    }

    internal void Tuft(float x, float y, float height, Vector3 colour, int blades = 5)
    {
        for (int i = 0; i < blades; i++)
        {
            float lean = Range(-0.6f, 0.6f) * height;
            _figure.Bend(Paint.Flat(Rgb.Near(colour, 0.05f, ref _random)), x + (lean * 0.3f), y, x + (lean * 0.4f), y - (height * 0.6f),
                x + lean, y - (height * Range(0.7f, 1.1f)), 0.008f, 0.002f);
        }
    }

    /// <summary>A round tree or bush: overlapping discs, lighter above.</summary>
    internal void Foliage(float x, float y, float radius, Vector3 colour, int discs = 6)
    {
        for (int i = 0; i < discs; i++)
        {
            float a = Range(0, Angles.Turn), reach = radius * Range(0.2f, 0.65f), dy = Angles.Sin(a) * reach;
            _figure.Disc(Paint.Flat(colour * (0.92f - (0.22f * dy / radius)), 1, 0.012f), x + (Angles.Cos(a) * reach), y + dy,
                radius * Range(0.5f, 0.75f));
        }
    }

    internal void Pine(float x, float y, float height, Vector3 colour, Vector3 tip)
    {
        _figure.Box(Paint.Flat(Rgb.Hex(0x5A4232)), x, y - (height * 0.06f), height * 0.04f, height * 0.07f);
        for (int i = 0; i < 3; i++)
        {
            float w = height * (0.28f - (0.06f * i)), low = y - (height * (0.1f + (0.26f * i))), high = low - (height * 0.42f);
            _figure.Polygon(Paint.Flat(colour), [x - w, low, x, high, x + w, low], 0.004f);
            _figure.Polygon(Paint.Flat(tip, 0.9f), [x - (w * 0.35f), low - (height * 0.25f), x, high, x + (w * 0.3f),
                low - (height * 0.28f)], 0.003f);
        }
    }

    internal void Flower(float x, float y, float size, Vector3 petals)
    {
        _figure.Limb(Paint.Flat(Rgb.Hex(0x4E8A3C)), x, y, x, y - (size * 2.6f), size * 0.14f);
        for (int i = 0; i < 5; i++)
            _figure.Disc(Paint.Flat(petals), x + (Angles.Cos(i * 1.2566f) * size * 0.6f),
                y - (size * 2.8f) + (Angles.Sin(i * 1.2566f) * size * 0.6f), size * 0.5f);
        _figure.Disc(Paint.Flat(Rgb.Gold), x, y - (size * 2.8f), size * 0.4f);
    }
}
