using System.Numerics;

namespace SuTI.Model.World.Drawing;

sealed partial class Figure
{
    const float LargestFactor = 1.45f;

    /// <summary>Enlarges or shrinks what is there so that it fills ±1 in its longer side, centred and standing on y = 1. Glows and what
    /// another part bounds do not count.</summary>
    internal void Fit()
    {
        Vector2 low = new(float.MaxValue), high = new(float.MinValue);
        foreach (ref readonly var part in Parts)
        {
            if (part.Paint.Soft > 0 || part.Clip >= 0)
                continue;
            low = Vector2.Min(low, part.Middle - part.Reach);
            high = Vector2.Max(high, part.Middle + part.Reach);
        }
        if (low.X >= high.X)
            return;
        float factor = Math.Min(LargestFactor, 2 / Math.Max(high.X - low.X, high.Y - low.Y));
        var from = new Vector2((low.X + high.X) / 2, high.Y);
        for (int i = 0; i < Count; i++)
        {
            ref var part = ref _parts[i];
            part.Middle = Moved(part.Middle);
            part.Half *= factor;
            part.Round *= factor;
            part.End *= factor;
            part.Depth *= factor;
            part.Paint = part.Paint with { Scale = part.Paint.Scale / factor, Soft = part.Paint.Soft * factor };
        }
        for (int i = 0; i < _pointCount; i++)
            _points[i] = Moved(_points[i]);
        Top = Anchor(Top);
        Eyes = Anchor(Eyes);
        Neck = Anchor(Neck);
        AnchorDepth *= factor;

        Vector2 Moved(Vector2 point) => ((point - from) * factor) + new Vector2(0, 1);

        (float X, float Y, float Width) Anchor((float X, float Y, float Width) anchor)
        {
            var at = Moved(new(anchor.X, anchor.Y));
            return (at.X, at.Y, anchor.Width * factor);
        }
    }
}
