namespace SuTI.Model.Imaging;

/// <summary>A colour in sRGB, 0 to 255.</summary>
public readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    public static Colour Black { get; } = new(0, 0, 0);

    public static Colour White { get; } = new(255, 255, 255);

    /// <summary>The middle of the range: nearly 0 where pixels run from -1 to 1.</summary>
    public static Colour Grey { get; } = new(128, 128, 128);
}
