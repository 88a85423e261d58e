using SuTI.Model.World.Drawing;
using SuTI.Model.World.Scenes;

namespace SuTI.Model.World;

/// <summary>Where the subject lies in one picture: its middle and the width of its square as shares of the picture, and its turns in
/// radians.</summary>
readonly record struct Pose(float X, float Y, float Scale, float Roll, float Yaw, float Pitch, bool IsMirrored)
{
    internal Placement Place(int size) => new(X * size, Y * size, Scale * size / 2, Roll, IsMirrored, Yaw, Pitch);

    /// <summary>Draws a pose of the request's range: the smaller, the further away and so the higher on the ground.</summary>
    internal static Pose Draw(WorldRequest request, Scene scene, ref WorldRandom random)
    {
        var range = request.Pose;
        float scale = random.Range(range.Smallest, range.Largest), roll = random.Range(-range.Roll, range.Roll),
            turn = random.Range(-range.Turn, range.Turn);
        if (request.Accessory is not null)
            scale *= 0.88f; // what is worn reaches beyond the subject's square
        float x = 0.5f + random.Range(-range.Shift, range.Shift), move = random.Range(-range.Shift, range.Shift);
        bool isMirrored = random.Chance(range.MirrorShare);
        float yaw = turn, pitch = 4;
        switch (request.View)
        {
            case View.TurnedLeft: (isMirrored, yaw) = (true, 30 + (turn * 0.4f)); break;
            case View.TurnedRight: (isMirrored, yaw) = (false, 30 + (turn * 0.4f)); break;
            case View.FromAbove: pitch = 34; break;
            case View.FromBelow: pitch = -30; break;
            case View.CloseUp: scale *= 1.5f; break;
            case View.FarAway: scale *= 0.55f; break;
            default: break;
        }
        float ground = 0.8f + (0.13f * Math.Clamp((scale - 0.35f) / 0.45f, 0, 1)) + (move * 0.25f);
        float y = scene.IsFloating ? 0.5f + move : ground - (scale / 2 * Angles.Cos(Angles.Degrees(pitch)));
        if (request.View == View.CloseUp)
            y = 0.62f + (move * 0.5f);
        return new(x, y, scale, Angles.Degrees(roll), Angles.Degrees(yaw), Angles.Degrees(pitch), isMirrored);
    }
}
