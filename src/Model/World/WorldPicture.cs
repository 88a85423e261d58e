using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>A rectangle of pixels, right and bottom exclusive.</summary>
public readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;
}

/// <summary>A drawn picture and the truth about it.</summary>
/// <param name="Size">Of its sides, pixels.</param>
/// <param name="Pixels">Red, green, blue, row by row: Size · Size · 3 bytes.</param>
/// <param name="Mask">Of each pixel, how far the subject is visible in it: Size · Size bytes, 255 fully.</param>
/// <param name="Box">What the subject's visible pixels (at least half visible) span; empty if there are none.</param>
/// <param name="Subject">Null where a scene alone was drawn.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Scale">Width of the subject's square as a share of the picture's.</param>
/// <param name="Hidden">Share of the subject within the picture that something covers.</param>
/// <param name="Caption">Names the individual by colour and pattern: a red striped robot on a beach.</param>
/// <param name="Prompt">Names the class alone: a robot on a beach. The demonstrations say which robot.</param>
public sealed record WorldPicture(int Size, byte[] Pixels, byte[] Mask, PixelBox Box, Subject? Subject, WorldRequest Request, float Scale,
    float Hidden,
    string Caption, string Prompt);
