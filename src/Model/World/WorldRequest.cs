using SuTI.Model.World.Scenes;
using SuTI.Model.World.Styles;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>How a subject is looked at.</summary>
public enum View
{
    Front,
    TurnedLeft,
    TurnedRight,
    FromAbove,
    FromBelow,
    CloseUp,
    FarAway,
}

/// <summary>What the light of the scene is changed to.</summary>
public enum Lighting
{
    AsInScene,
    Bright,
    Evening,
    Night,
    Spotlight,
    Foggy,
}

/// <summary>What stands before the subject.</summary>
public enum Occluder
{
    None,
    Bush,
    Rock,
    Box,
    Fence,
    Pole,
}

/// <summary>What a picture is to show besides the subject.</summary>
public sealed record WorldRequest
{
    public Scene Scene { get; init; } = AllScenes.Studio;

    public View View { get; init; }

    /// <summary>What the subject wears.</summary>
    public Accessory? Accessory { get; init; }

    /// <summary>The colour that the subject's own first colour is changed to.</summary>
    public NamedColour? Edit { get; init; }

    /// <summary>Null: as a photo.</summary>
    public DrawingStyle? Style { get; init; }

    public Lighting Lighting { get; init; }

    public Occluder Occluder { get; init; }

    /// <summary>Decides the layout of the scene, which pictures of one place share; null leaves it to the picture.</summary>
    public ulong? Place { get; init; }

    /// <summary>From where size, place and turn are drawn.</summary>
    public PoseRange Pose { get; init; } = PoseRange.Easy;
}
