using System.Numerics;
using SuTI.Engine;

namespace SuTI.Model.World.Styles;

/// <summary>Makes one picture of another: colours from 0 to 1, row by row; the source stays as it is.</summary>
delegate void Restyle(ReadOnlySpan<Vector4> from, Span<Vector4> to, int size, uint seed);

/// <summary>A way of drawing, applied to the finished picture.</summary>
public sealed class DrawingStyle
{
    internal DrawingStyle(string name, string phrase, Restyle restyle) => (Name, Phrase, Restyle) = (name, phrase, restyle);

    /// <summary>One or two words, unique.</summary>
    public string Name { get; }

    /// <summary>What captions begin with: <c>a watercolour painting of</c>.</summary>
    public string Phrase { get; }

    internal Restyle Restyle { get; }

    /// <summary>In a fixed order.</summary>
    public static IReadOnlyList<DrawingStyle> All { get; } =
    [
        new("watercolour", "a watercolour painting of", Paintings.Watercolour),
        new("oil", "an oil painting of", Paintings.Oil),
        new("pencil", "a pencil sketch of", Drawings.Pencil),
        new("ink", "an ink drawing of", Drawings.Ink),
        new("crayon", "a crayon drawing of", Drawings.Crayon),
        new("blueprint", "a blueprint of", Drawings.Blueprint),
        new("pixel art", "pixel art of", Grids.PixelArt),
        new("mosaic", "a mosaic of", Grids.Mosaic),
        new("poster", "a poster of", Grids.Poster),
        new("black and white", "a black and white photo of", Photos.BlackAndWhite),
        new("old photo", "an old photo of", Photos.Old),
    ];

    /// <exception cref="SutiException">There is none of this name.</exception>
    public static DrawingStyle Named(string name)
        => All.FirstOrDefault(style => style.Name == name)
            ?? throw new SutiException("style", "there is none of this name", string.Join(", ", All.Select(style => style.Name)),
            $"'{CheckpointException.Printable(name ?? "")}'");
}
