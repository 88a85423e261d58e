using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>Sides of a picture in pixels.</summary>
public readonly record struct PictureSize(int Width, int Height)
{
    public override string ToString() => Invariant($"{Width}x{Height}");
}
