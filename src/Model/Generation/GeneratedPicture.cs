using SuTI.Model.Imaging;

namespace SuTI.Model.Generation;

/// <summary>A picture and how it was made.</summary>
public sealed record GeneratedPicture(Image Image, PictureRecipe Recipe)
{
    /// <summary>The bytes of its PNG file, recipe included.</summary>
    public byte[] ToPng() => ImageFile.EncodePng(Image, Recipe.ToTexts());
}
