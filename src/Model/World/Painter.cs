using System.Numerics;
using SuTI.Engine;
using SuTI.Model.World.Drawing;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>The buffers of one thread for one size, and the order in which a picture is made.</summary>
sealed class Painter(int size)
{
    readonly Canvas _picture = new(size), _layer = new(size);
    readonly Vector4[] _restyled = new Vector4[size * size];
    readonly float[] _visible = new float[size * size];
    readonly Figure _figure = new(), _shadow = new();
    Backdrop? _backdrop;

    internal int Size => size;

    internal WorldPicture Draw(Subject? subject, WorldRequest request, ulong seed, ulong sample)
    {
        var scene = request.Scene;
        var backdrop = _backdrop ??= new(_picture);
        Array.Clear(_picture.Pixels);
        _picture.Visible = null;
        backdrop.Begin(WorldRandom.For(RandomKey.For("world/scene", seed), request.Place ?? sample), scene.Light);
        scene.Behind(backdrop);
        Soften();
        var random = WorldRandom.For(RandomKey.For("world/pose", seed), sample);
        float scale = 0, drawn = 0;
        Array.Clear(_visible);
        if (subject is not null)
        {
            var pose = Pose.Draw(request, scene, ref random);
            scale = pose.Scale;
            DrawSubject(subject, request, scene, pose);
            drawn = Sum(_visible);
            _picture.Visible = _visible;
            Occluders.Draw(request.Occluder, backdrop, pose);
        }
        scene.Before?.Invoke(backdrop);
        Grading.Apply(request.Lighting, _picture.Pixels, _visible, size);
        var pixels = _picture.Pixels;
        if (request.Style is { } style)
        {
            style.Restyle(_picture.Pixels, _restyled, size, random.Word());
            pixels = _restyled;
        }
        return Finish(pixels, subject, request, scale, drawn);
    }

    void DrawSubject(Subject subject, WorldRequest request, Scene scene, in Pose pose)
    {
        Array.Clear(_layer.Pixels);
        _figure.Clear();
        var coat = new Coat(subject, request.Edit);
        var place = pose.Place(size);
        if (subject.Sprite is { } sprite)
            sprite.Measure(_figure);
        else
        {
            subject.Class.Build(_figure, coat);
            _figure.Fit();
        }
        if (!scene.IsFloating)
            DrawShadow(scene, pose);
        if (subject.Sprite is { } picture)
            picture.Draw(_layer, place, request.Edit);
        else
            _layer.Draw(_figure, place, scene.Light, 0.035f);
        if (request.Accessory is { } accessory)
        {
            var (top, eyes, neck, depth) = (_figure.Top, _figure.Eyes, _figure.Neck, _figure.AnchorDepth);
            _figure.Clear();
            (_figure.Top, _figure.Eyes, _figure.Neck, _figure.AnchorDepth) = (top, eyes, neck, depth);
            accessory.Wear(_figure, coat.Accent, coat.Second);
            _layer.Draw(_figure, place, scene.Light, 0.03f);
        }
        for (int i = 0; i < _visible.Length; i++)
        {
            var above = _layer.Pixels[i];
            _visible[i] = above.W;
            if (above.W > 0)
                _picture.Pixels[i] = above + (_picture.Pixels[i] * (1 - above.W));
        }
    }

    // Soft and dark below, longer away from the light.
    void DrawShadow(Scene scene, in Pose pose)
    {
        float half = pose.Scale / 2, lean = -scene.Light.Direction.X * half * 0.35f;
        _shadow.Clear();
        _shadow.Ellipse(Paint.Flat(new(0.08f, 0.07f, 0.16f), scene.Shadow * 0.85f, half * 0.35f), pose.X + lean, pose.Y + (half * 0.95f),
            half * 0.9f, half * 0.18f);
        _shadow.Ellipse(Paint.Flat(new(0.05f, 0.04f, 0.1f), scene.Shadow * 0.8f, half * 0.15f), pose.X + (lean * 0.2f),
            pose.Y + (half * 0.97f), half * 0.7f, half * 0.09f);
        _picture.Draw(_shadow, new(size), scene.Light, 0);
    }

    /// <summary>The backdrop is a little out of focus, so that the subject stands out: a mean over 3 × 3 in both parts.</summary>
    void Soften()
    {
        int reach = Math.Max(1, size / 128);
        float share = size < 48 ? 0.35f : 0.55f;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int left = Math.Max(x - reach, 0), right = Math.Min(x + reach, size - 1), at = y * size;
                _restyled[at + x] = (_picture.Pixels[at + left] + (2 * _picture.Pixels[at + x]) + _picture.Pixels[at + right]) * 0.25f;
            }
        }
        for (int y = 0; y < size; y++)
        {
            int above = Math.Max(y - reach, 0) * size, below = Math.Min(y + reach, size - 1) * size;
            for (int x = 0; x < size; x++)
            {
                int i = (y * size) + x;
                var soft = (_restyled[above + x] + (2 * _restyled[i]) + _restyled[below + x]) * 0.25f;
                _picture.Pixels[i] += (soft - _picture.Pixels[i]) * share;
            }
        }
    }

    WorldPicture Finish(ReadOnlySpan<Vector4> pixels, Subject? subject, WorldRequest request, float scale, float drawn)
    {
        byte[] rgb = new byte[size * size * 3], mask = new byte[size * size];
        int left = size, top = size, right = 0, bottom = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            rgb[3 * i] = Rgb.Byte(pixels[i].X);
            rgb[(3 * i) + 1] = Rgb.Byte(pixels[i].Y);
            rgb[(3 * i) + 2] = Rgb.Byte(pixels[i].Z);
            mask[i] = Rgb.Byte(_visible[i]);
            if (mask[i] < 128)
                continue;
            (left, right) = (Math.Min(left, i % size), Math.Max(right, (i % size) + 1));
            (top, bottom) = (Math.Min(top, i / size), Math.Max(bottom, (i / size) + 1));
        }
        float hidden = drawn > 0 ? Math.Clamp(1 - (Sum(_visible) / drawn), 0, 1) : 0;
        return new(size, rgb, mask, right > left ? new(left, top, right, bottom) : default, subject, request, scale, hidden,
            WorldCaptions.Write(subject, request, true), WorldCaptions.Write(subject, request, false));
    }

    static float Sum(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }
}
