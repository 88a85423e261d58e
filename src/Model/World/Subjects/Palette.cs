using System.Numerics;
using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

/// <summary>A colour with a name that captions use.</summary>
/// <param name="Name">One English word.</param>
/// <param name="Colour">Red, green, blue from 0 to 1 (sRGB).</param>
public sealed record NamedColour(string Name, Vector3 Colour);

/// <summary>The colours that subjects are painted with, and which of them go together.</summary>
public static class Palette
{
    /// <summary>All colours, the natural ones of fur and feathers last.</summary>
    public static IReadOnlyList<NamedColour> Colours { get; } =
    [
        Named("red", 0xCF3B35), Named("orange", 0xEA8A2F), Named("yellow", 0xF2C531), Named("green", 0x58A84C), Named("teal", 0x2BA59A),
        Named("blue", 0x3E7CC4), Named("purple", 0x8456AE), Named("pink", 0xEC8FB0), Named("brown", 0x94633C), Named("grey", 0x8F969E),
        Named("white", 0xF2EEE4), Named("black", 0x3B3B44),
    ];

    /// <summary>Colours of edits ("a golden robot") besides <see cref="Colours"/>.</summary>
    public static IReadOnlyList<NamedColour> Metals { get; } = [Named("golden", 0xDDAA2E), Named("silver", 0xB9C2CC)];

    // For each colour, seconds that look well with it, by index.
    static readonly int[][] s_seconds =
    [
        [10, 2, 11, 5], [10, 8, 5, 4], [0, 5, 11, 6, 10], [10, 2, 8, 7], [10, 1, 7, 2], [10, 2, 1, 0], [2, 7, 10, 4], [0, 10, 6, 4],
        [1, 10, 11, 2], [10, 11, 0, 4], [8, 9, 11, 5, 0], [10, 1, 9, 0],
    ];

    static readonly int[] s_fur = [1, 8, 8, 9, 10, 11];

    internal static int Primary(bool isNatural, ref WorldRandom random)
        => isNatural && random.Chance(0.6) ? random.Pick<int>(s_fur) : random.Below(Colours.Count);

    internal static int Second(int primary, ref WorldRandom random) => random.Pick<int>(s_seconds[primary]);

    static NamedColour Named(string name, int hex) => new(name, Rgb.Hex(hex));
}
