using SuTI.Engine;

namespace SuTI.Model.World.Scenes;

/// <summary>All scenes.</summary>
public static class AllScenes
{
    /// <summary>In a fixed order.</summary>
    public static IReadOnlyList<Scene> All { get; } = [.. Shores.All, .. Wilds.All, .. Fields.All, .. Streets.All, .. Rooms.All,
        .. Skies.All];

    /// <summary>The plain one.</summary>
    public static Scene Studio { get; } = Named("studio");

    /// <exception cref="SutiException">There is none of this name.</exception>
    public static Scene Named(string name)
        => All.FirstOrDefault(scene => scene.Name == name)
            ?? throw new SutiException("scene", "there is none of this name", string.Join(", ", All.Select(scene => scene.Name)),
            $"'{CheckpointException.Printable(name ?? "")}'");
}
