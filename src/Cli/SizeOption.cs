using System.CommandLine;
using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>Sizes of pictures: one number for squares, or width x height.</summary>
static class SizeOption
{
    internal static Option<string?> Create() => new("--size") { Description = "Pixels: 512, or 768x512 for width and height; by default what the model was made for." };

    /// <exception cref="SutiException">No size.</exception>
    internal static (int? Width, int? Height) Parse(string? text)
    {
        if (text is null)
            return (null, null);
        string[] sides = text.Split('x');
        return sides.Length is 1 or 2 && Side(sides[0]) is { } width && Side(sides[^1]) is { } height ? (width, height)
            : throw new SutiException("--size", "takes pixels", "512 or 768x512", text);
    }

    static int? Side(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side > 0 ? side : null;
}
