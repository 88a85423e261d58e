using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>What is asked for at random, and which combinations are held out.</summary>
public static class WorldRequests
{
    // A picture has at most two of these, so that captions stay short.
    const double Worn = 0.25, Edited = 0.2, Restyled = 0.15, Relit = 0.15, Turned = 0.35, Covered = 0.1;

    /// <summary>
    /// Whether a scene with this accessory, edit or style is never learnt from: one in seven of the pairs, spread by position over each
    /// list so that every scene and every accessory is also learnt in others.
    /// </summary>
    public static bool IsHeldOut(WorldRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        int scene = Position(AllScenes.All, request.Scene);
        return Pair(scene, request.Accessory is { } accessory ? Position(Accessories.All, accessory) : -1, 0)
            || Pair(scene, request.Edit is { } edit ? Position(Edits, edit) : -1, 3)
            || Pair(scene, request.Style is { } style ? Position(DrawingStyle.All, style) : -1, 5);
    }

    /// <summary>Colours that subjects may be changed to.</summary>
    public static IReadOnlyList<NamedColour> Edits { get; } = [.. Palette.Colours, .. Palette.Metals];

    internal static WorldRequest Draw(WorldRandom random, WorldSplit split, PoseRange pose, WorldPlace? place = null)
    {
        while (true)
        {
            var request = Any(ref random, pose, split == WorldSplit.Prompts);
            // Before the question whether the combination is held out, which depends on the scene.
            if (place is not null)
                request = request with { Scene = place.Scene, Lighting = place.Lighting, Place = place.Seed };
            if (IsHeldOut(request) == (split == WorldSplit.Prompts))
                return request;
        }
    }

    /// <summary>A place as a picture by itself may have it.</summary>
    internal static WorldPlace Place(ref WorldRandom random, ulong seed) => new(AnyScene(ref random), AnyLight(ref random), seed);

    static Scene AnyScene(ref WorldRandom random) => AllScenes.All[random.Below(AllScenes.All.Count)];

    static Lighting AnyLight(ref WorldRandom random)
        => random.Chance(Relit) ? (Lighting)random.Below((int)Lighting.Foggy + 1) : Lighting.AsInScene;

    static WorldRequest Any(ref WorldRandom random, PoseRange pose, bool hasPair)
    {
        var request = new WorldRequest
        {
            Scene = AnyScene(ref random),
            Pose = pose,
            View = random.Chance(Turned) ? (View)random.Below((int)View.FarAway + 1) : View.Front,
            Lighting = AnyLight(ref random),
            Occluder = random.Chance(Covered) ? (Occluder)(1 + random.Below((int)Occluder.Pole)) : Occluder.None,
        };
        double choice = random.Unit() * (hasPair ? Worn + Edited + Restyled : 1);
        return choice switch
        {
            < Worn => request with { Accessory = Accessories.All[random.Below(Accessories.All.Count)] },
            < Worn + Edited => request with { Edit = Edits[random.Below(Edits.Count)] },
            < Worn + Edited + Restyled => request with { Style = DrawingStyle.All[random.Below(DrawingStyle.All.Count)] },
            _ => request,
        };
    }

    static bool Pair(int scene, int other, int offset) => other >= 0 && (scene + (3 * other) + offset) % 7 == 0;

    static int Position<T>(IReadOnlyList<T> list, T item) where T : class
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (ReferenceEquals(list[i], item))
                return i;
        }
        return -1;
    }
}
