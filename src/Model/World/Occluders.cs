using SuTI.Model.World.Drawing;
using SuTI.Model.World.Scenes;

namespace SuTI.Model.World;

/// <summary>What stands before a subject and hides a part of it.</summary>
static class Occluders
{
    internal static void Draw(Occluder occluder, Backdrop b, in Pose pose)
    {
        if (occluder == Occluder.None)
            return;
        float half = pose.Scale / 2, foot = Math.Min(pose.Y + half, 1), side = b.Random.Chance(0.5) ? -1 : 1;
        float x = pose.X + (side * half * b.Range(0.35f, 0.6f));
        switch (occluder)
        {
            case Occluder.Bush:
                b.Foliage(x, foot - (half * 0.2f), half * 0.55f, b.Near(0x4A8A46), 9);
                b.Foliage(x, foot - (half * 0.1f), half * 0.4f, b.Near(0x68AE58), 6);
                break;
            case Occluder.Rock:
                b.Figure.Polygon(new Paint(b.Near(0x8C8F98)) { Relief = 0.9f },
                    [-1, .6f, -.8f, -.1f, -.3f, -.5f, .25f, -.4f, .75f, 0, .95f, .6f], 0.02f, x, foot - (half * 0.2f), half * 0.5f,
                    half * 0.55f);
                break;
            case Occluder.Box:
                b.Figure.Box(new Paint(b.Near(0xC49A62)), x, foot - (half * 0.25f), half * 0.46f, half * 0.42f, 0.01f);
                b.Figure.Box(new Paint(Rgb.Hex(0xE6D5A8)) { Line = 0.4f }, x, foot - (half * 0.25f), half * 0.09f, half * 0.42f, 0.003f);
                break;
            case Occluder.Fence:
                for (int i = -4; i <= 4; i++)
                    b.Figure.Polygon(new Paint(b.Near(0xB58A5C, 0.03f)) { Line = 0.7f },
                        [-.03f, .3f, -.03f, -.2f, 0, -.26f, .03f, -.2f, .03f, .3f], 0.004f, pose.X + (0.13f * i), foot - (half * 0.1f), 1,
                        half / 0.4f);
                b.Figure.Box(new Paint(Rgb.Hex(0xA67B4E)) { Line = 0.7f }, 0.5f, foot - (half * 0.1f), 0.7f, half * 0.05f, 0.003f);
                break;
            default:
                b.Figure.Limb(new Paint(b.Near(0x6F7F8C)) { Gloss = 0.5f }, pose.X + (side * half * 0.3f), -0.05f,
                    pose.X + (side * half * 0.3f), 1.05f, half * 0.1f);
                break;
        }
        b.Shapes();
    }
}
