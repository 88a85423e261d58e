using SuTI.Model.Imaging;

namespace SuTI.Model.Training;

/// <summary>A picture that a run shows as it learns.</summary>
/// <param name="Name">Letters, digits, dashes and underscores: part of a file name.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Png">The bytes of a PNG file.</param>
public sealed record SamplePicture(string Name, int Width, int Height, ReadOnlyMemory<byte> Png)
{
    /// <summary>The picture as PNG.</summary>
    public static SamplePicture Of(string name, Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(name, image.Width, image.Height, ImageFile.EncodePng(image));
    }
}
