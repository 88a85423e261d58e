using System.Numerics;

namespace SuTI.Model.World.Drawing;

/// <summary>What a part is filled with.</summary>
/// <param name="Colour">Where the pattern does not lie.</param>
readonly record struct Paint(Vector3 Colour)
{
    /// <summary>The pattern's colour.</summary>
    internal Vector3 Second { get; init; }

    internal Pattern Pattern { get; init; }

    /// <summary>Repeats of the pattern in one unit of the figure.</summary>
    internal float Scale { get; init; } = 3;

    internal uint Seed { get; init; }

    /// <summary>How far the light models it: 0 flat, 1 a ball.</summary>
    internal float Relief { get; init; } = 0.75f;

    /// <summary>Strength of the highlight.</summary>
    internal float Gloss { get; init; }

    /// <summary>Width of its outline against the figure's: 0 none.</summary>
    internal float Line { get; init; } = 1;

    /// <summary>Width of its fading edge in units; 0: one pixel.</summary>
    internal float Soft { get; init; }

    internal float Opacity { get; init; } = 1;

    /// <summary>Shines by itself: neither light nor shadow changes it.</summary>
    internal bool IsBright { get; init; }

    /// <summary>Flat and without an outline, for backdrops.</summary>
    internal static Paint Flat(Vector3 colour, float opacity = 1, float soft = 0)
        => new(colour) { Relief = 0, Line = 0, Opacity = opacity, Soft = soft };

    internal static Paint Glow(Vector3 colour, float opacity, float soft) => Flat(colour, opacity, soft) with { IsBright = true };

    internal Paint Plain() => this with { Pattern = Pattern.Plain };

    internal Paint Darker(float share) => this with { Colour = Rgb.Darker(Colour, share), Second = Rgb.Darker(Second, share) };
}
