using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Scenes;

/// <summary>Draws one layer of a scene.</summary>
delegate void DrawScene(Backdrop backdrop);

/// <summary>A place that subjects are drawn in.</summary>
public sealed class Scene
{
    internal Scene(string name, string phrase, DrawScene behind) => (Name, Phrase, Behind) = (name, phrase, behind);

    /// <summary>One or two words, unique.</summary>
    public string Name { get; }

    /// <summary>What captions say: <c>on a beach</c>.</summary>
    public string Phrase { get; }

    internal DrawScene Behind { get; }

    /// <summary>What stands before the subject; null: nothing.</summary>
    internal DrawScene? Before { get; init; }

    internal Light Light { get; init; } = Light.Day;

    /// <summary>Nothing stands on anything: no shadow, any height.</summary>
    internal bool IsFloating { get; init; }

    /// <summary>Strength of the shadow on the ground.</summary>
    internal float Shadow { get; init; } = 0.45f;
}
