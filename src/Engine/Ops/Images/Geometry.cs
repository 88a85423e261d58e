using System.Diagnostics.CodeAnalysis;

namespace SuTI.Engine;

/// <summary>A length along the height and one along the width; written as one number where they are equal.</summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructor does what a named conversion would.")]
public readonly record struct Size2d(int Height, int Width)
{
    public static implicit operator Size2d(int both) => new(both, both);

    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    public override string ToString() => $"({Height}, {Width})";
}

/// <summary>
/// Rows and columns added around images; written as one number, or as a pair (height, width), where opposite sides are
/// equal.
/// </summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructor does what a named conversion would.")]
public readonly record struct Padding2d(int Top, int Bottom, int Left, int Right)
{
    public static implicit operator Padding2d(int all) => new(all, all, all, all);

    public static implicit operator Padding2d((int Height, int Width) sides)
        => new(sides.Height, sides.Height, sides.Width, sides.Width);

    public override string ToString() => $"(top {Top}, bottom {Bottom}, left {Left}, right {Right})";
}
