namespace SuTI.Model.Imaging.Png;

/// <summary>The colour types of PNG, by their numbers in the file (11.2.2).</summary>
enum PngColour
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}
