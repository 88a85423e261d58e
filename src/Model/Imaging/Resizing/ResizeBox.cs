using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>
/// The part of a picture that is resized, in pixels from its upper left corner; edges may lie within pixels.
/// </summary>
public readonly record struct ResizeBox(float Left, float Top, float Right, float Bottom)
{
    public float Width => Right - Left;

    public float Height => Bottom - Top;

    /// <summary>The whole of a picture.</summary>
    public static ResizeBox Of(int width, int height) => new(0, 0, width, height);

    /// <exception cref="ImageException">Empty, not finite, or not within a picture of this size.</exception>
    internal void Check(int width, int height)
    {
        bool isWithin = Left >= 0 && Top >= 0 && Right <= width && Bottom <= height && Width > 0 && Height > 0;
        if (!isWithin)
            throw new ImageException("resize", "the box must lie in the picture and hold something",
                Invariant($"within (0, 0, {width}, {height})"),
                Invariant($"({Left}, {Top}, {Right}, {Bottom})"));
    }
}
