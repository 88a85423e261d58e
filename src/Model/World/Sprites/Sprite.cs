using System.Numerics;
using SuTI.Model.World.Drawing;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World.Sprites;

/// <summary>A drawn subject with transparency, cut to its opaque part.</summary>
sealed class Sprite
{
    readonly Vector4[] _pixels;
    readonly int _width, _height;

    /// <param name="rgba">Red, green, blue, opacity, row by row; not premultiplied.</param>
    internal Sprite(int width, int height, ReadOnlySpan<byte> rgba)
    {
        int left = width, top = height, right = 0, bottom = 0;
        for (int i = 0; i < width * height; i++)
        {
            if (rgba[(4 * i) + 3] < 16)
                continue;
            (left, right) = (Math.Min(left, i % width), Math.Max(right, (i % width) + 1));
            (top, bottom) = (Math.Min(top, i / width), Math.Max(bottom, (i / width) + 1));
        }
        (_width, _height) = (Math.Max(right - left, 0), Math.Max(bottom - top, 0));
        _pixels = new Vector4[_width * _height];
        for (int i = 0; i < _pixels.Length; i++)
        {
            var source = rgba.Slice(4 * (((top + (i / _width)) * width) + left + (i % _width)), 4);
            float opacity = source[3] / 255f;
            _pixels[i] = new(source[0] / 255f * opacity, source[1] / 255f * opacity, source[2] / 255f * opacity, opacity);
        }
    }

    internal bool IsEmpty => _pixels.Length == 0;

    // Of the longer side, so that it fits into ±1.
    float Half => Math.Max(_width, _height) / 2f;

    /// <summary>Anchors by its outline alone: the top, the upper third, the middle.</summary>
    internal void Measure(Figure figure)
    {
        float high = 1 - (_height / Half);
        float width = _width / Half;
        figure.Top = (0, high + 0.06f, Math.Min(width * 0.5f, 0.8f));
        figure.Eyes = (0, high + ((1 - high) * 0.35f), Math.Min(width * 0.5f, 0.8f));
        figure.Neck = (0, high + ((1 - high) * 0.6f), Math.Min(width * 0.5f, 0.8f));
    }

    /// <summary>Resampled as often as the pixels of the picture are larger than those of the sprite.</summary>
    internal void Draw(Canvas canvas, in Placement place, NamedColour? edit)
    {
        int taps = Math.Clamp((int)MathF.Ceiling(Half / place.PixelsAUnit), 1, 8);
        for (int y = 0; y < canvas.Size; y++)
        {
            for (int x = 0; x < canvas.Size; x++)
            {
                var sum = Vector4.Zero;
                for (int tap = 0; tap < taps * taps; tap++)
                    sum += At(place.ToLocal(x + (((tap % taps) + 0.5f) / taps), y + (((tap / taps) + 0.5f) / taps)));
                sum /= taps * taps;
                if (sum.W <= 0.002f)
                    continue;
                canvas.Pixels[(y * canvas.Size) + x] = edit is null ? sum : Edited(sum, edit.Colour);
            }
        }
    }

    // The edit's colour at the sprite's own brightness.
    static Vector4 Edited(Vector4 premultiplied, Vector3 colour)
    {
        var own = premultiplied.AsVector3() / premultiplied.W;
        float bright = Rgb.Luma(own) / Math.Max(Rgb.Luma(colour), 0.15f);
        var painted = bright < 1 ? colour * bright : Rgb.Mix(colour, Vector3.One, Math.Min(1, (bright - 1) * 0.4f));
        return new(Rgb.Mix(own, painted, 0.85f) * premultiplied.W, premultiplied.W);
    }

    Vector4 At(Vector2 local)
    {
        float x = (local.X * Half) + (_width * 0.5f) - 0.5f, y = ((local.Y - 1) * Half) + _height - 0.5f;
        float floorX = MathF.Floor(x), floorY = MathF.Floor(y), u = x - floorX, v = y - floorY;
        if (floorX < -1 || floorY < -1 || floorX >= _width || floorY >= _height)
            return default;
        int ix = (int)floorX, iy = (int)floorY;
        var top = (Pixel(ix, iy) * (1 - u)) + (Pixel(ix + 1, iy) * u);
        var bottom = (Pixel(ix, iy + 1) * (1 - u)) + (Pixel(ix + 1, iy + 1) * u);
        return (top * (1 - v)) + (bottom * v);
    }

    Vector4 Pixel(int x, int y) => x < 0 || y < 0 || x >= _width || y >= _height ? default : _pixels[(y * _width) + x];
}
